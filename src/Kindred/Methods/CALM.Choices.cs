namespace Kindred.Methods;

public sealed partial class CALM
{
    /// <summary>What is learnt from.</summary>
    public enum StageKind
    {
        /// <summary>The exercises side by side.</summary>
        Mix,

        /// <summary>Repairing a distractor, and telling the repaired one from the sentence.</summary>
        Joint,
    }

    /// <summary>An exercise. The answer of the first three, which are the paper's, is the sentence; the others are the forms of the choice that it compares (Table 4b).</summary>
    public enum TaskKind
    {
        /// <summary>Concept-to-sentence.</summary>
        Concepts,

        /// <summary>Concept order recovering.</summary>
        Order,

        /// <summary>Which of two sentences is correct.</summary>
        Choice,

        /// <summary>Which of two sentences is correct, answered by its number.</summary>
        Number,

        /// <summary>Whether a sentence makes sense, true or false.</summary>
        Sense,
    }

    static string Prompt(TaskKind task) => task switch { TaskKind.Concepts => "concepts", TaskKind.Order => "order", TaskKind.Sense => "sense", _ => "choice" };

    static string Answer(TaskKind task) => task switch { TaskKind.Number => "number", TaskKind.Sense => "verdict", _ => "sentence" };
}
