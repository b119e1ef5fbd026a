namespace Kindred.Methods;

public sealed partial class SpCL
{
    /// <summary>What is learnt from where there are two data sets.</summary>
    public enum DomainKind
    {
        /// <summary>The source by its labels and the target by its clusters.</summary>
        Both,

        /// <summary>The source alone: what the target is compared with.</summary>
        Source,

        /// <summary>The target alone.</summary>
        Target,
    }

    static void Check(DataFacts facts, Options options)
    {
        if (facts.Streams.Count > 0 && !(facts.Streams.ContainsKey(Source) && facts.Streams.ContainsKey(Target)))
            throw new ConfigurationException($"data: SpCL learns from a 'target' and a 'source', or from one data set alone; there are {string.Join(", ", facts.Streams.Keys)}. "
                + "Write data: { target: URI, source: URI }.");
        if (facts.Streams.Count == 0 && options.Learn == DomainKind.Source)
            throw new ConfigurationException("options.learn: source goes with two data sets; write data: { target: URI, source: URI }.");
        if (facts.Streams.Count > 0 && options.Learn != DomainKind.Target && facts.Streams[Source].Classes == 0)
            throw new DataException("SpCL learns the source by its classes, and it has none; give a labelled one.");
    }
}
