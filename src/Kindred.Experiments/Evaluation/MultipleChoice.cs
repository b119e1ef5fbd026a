using System.ComponentModel.DataAnnotations;
using Kindred.Experiments.Modalities;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>How an option is put to a network that writes.</summary>
public enum AnswerKind
{
    /// <summary>As its text.</summary>
    Text,

    /// <summary>As its number from 1, which is how the paper's networks answer once they are fine-tuned to.</summary>
    Number,
}

/// <summary>Questions with options: which of them the network would rather write, the mean over its tokens.</summary>
/// <remarks>Asked as in Zhou et al., arXiv:2011.07956 (<c>context: …  options: 1: … 2: …</c>), without fine-tuning. <c>most_frequent</c> is what always taking one place would score.</remarks>
/// <param name="Answer">How an option is put.</param>
[Protocol("multiple-choice", Title = "questions with options, answered by the likeliest: accuracy", Paper = "arXiv:2011.07956")]
public sealed record MultipleChoice(AnswerKind Answer = AnswerKind.Text) : Protocol
{
    const int Batch = 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => ["accuracy", "chance", "most_frequent"];

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The run writes nothing, or the data are no questions.</exception>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var model = subject.Need<ITextToText>("writes answers");
        using var opened = subject.Open(null);
        if (opened is not QuestionData data)
            throw new ConfigurationException($"{subject.Uri}: this protocol asks questions; give a table with the columns answer, question, option0, option1, … by --data concepts:PATH.");
        var right = 0;
        foreach (var questions in data.Questions.Chunk(Batch))
        {
            subject.Cancel.ThrowIfCancellationRequested();
            using var scope = Scope.Open();
            TextView View(IEnumerable<string> text) => (TextView)TextView.Of([.. text.Select(data.Tokens)], "").To(subject.Device);
            var asked = View(questions.SelectMany(q => q.Options.Select(_ => q.Prompt)));
            var answers = View(questions.SelectMany(q => q.Options.Select((o, i) => Answer == AnswerKind.Text ? o : $"{i + 1}")));
            var scores = model.LogLikelihood(asked, answers, mean: true).To(Dtype.Float32).ToArray<float>();
            var at = 0;
            foreach (var question in questions)
            {
                var own = scores.AsSpan(at, question.Options.Count);
                var best = 0;
                for (var i = 1; i < own.Length; i++)
                    if (own[i] > own[best]) best = i;
                if (best == question.Answer) right++;
                at += own.Length;
            }
        }
        return new Dictionary<string, double>
        {
            ["accuracy"] = 100.0 * right / data.Count,
            ["chance"] = data.Questions.Average(q => 100.0 / q.Options.Count),
            ["most_frequent"] = 100.0 * data.Questions.GroupBy(q => q.Answer).Max(g => g.Count()) / data.Count,
        };
    }
}
