namespace Kindred.Experiments.Evaluation;

/// <summary>One way of looking at what a network has learnt. A protocol is a record: its constructor says which settings there are, and their defaults are the paper's.</summary>
/// <remarks>A new protocol is a new record with <see cref="ProtocolAttribute"/>; nothing else has to know of it.</remarks>
public abstract record Protocol
{
    /// <summary>Holds the settings to their ranges.</summary>
    /// <exception cref="ConfigurationException">A setting is out of its range.</exception>
    protected Protocol() => OptionRules.Check(this);

    /// <summary>The names of what it measures with these settings, so that a name that it will never give is found before anything is trained: <c>*</c> stands for what follows from the
    /// data, such as a speaker. Null where that is not known.</summary>
    public virtual IReadOnlyList<string>? Metrics => null;

    /// <summary>Measures.</summary>
    /// <param name="subject">The frozen network, in evaluation mode, and the data; called without a gradient.</param>
    /// <returns>Numbers by name; rates in percent.</returns>
    public abstract IReadOnlyDictionary<string, double> Evaluate(Subject subject);
}
