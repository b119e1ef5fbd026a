namespace Kindred.Experiments.Reports;

/// <summary>How a run stands, as somebody sees it who looks from outside.</summary>
public enum RunCondition
{
    /// <summary>It did what its recipe asked.</summary>
    Finished,

    /// <summary>It was asked to stop and can go on.</summary>
    Stopped,

    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It says that it runs, and nobody works on it: its process was killed, or its machine went away. It can go on.</summary>
    Lost,

    /// <summary>What it says of itself is gone or cannot be read.</summary>
    Unknown,
}
