namespace Kindred;

/// <summary>What the samples of a view are; flags, as a part may take several kinds. Data say what they have, encoders and methods what they take.</summary>
[Flags]
public enum SampleKinds
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>Points, and the vectors of pairs: `[N, D]`.</summary>
    Points = 1,

    /// <summary>Sound: `[N, L]` or `[N, 1, L]`.</summary>
    Sound = 2,

    /// <summary>Pictures, and other planes of channels: `[N, C, H, W]`.</summary>
    Pictures = 4,

    /// <summary>Features of frames: `[N, T, D]`.</summary>
    Films = 8,

    /// <summary>Words of captions by number: integers `[N, L]`.</summary>
    Captions = 16,

    /// <summary>Sentences: word pieces and which of them are real (<see cref="Text.TextView"/>).</summary>
    Sentences = 32,

    /// <summary>Graphs: nodes, edges and whose they are (<see cref="Graphs.GraphView"/>); a graph is no row of the view.</summary>
    Graphs = 64,

    /// <summary>What lies one row of numbers a sample, all of one size: what can be mixed, perturbed, flattened and drawn.</summary>
    Rows = Points | Sound | Pictures | Films,

    /// <summary>Everything.</summary>
    Any = Rows | Captions | Sentences | Graphs,
}
