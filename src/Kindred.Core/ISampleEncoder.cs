namespace Kindred;

/// <summary>What makes vectors of samples, whatever computes them: an exported file, or a run by libtorch. Safe to use from several threads.</summary>
/// <typeparam name="T">A sample: the bytes of a picture file, or a sentence.</typeparam>
public interface ISampleEncoder<in T> : IDisposable
{
    /// <summary>Numbers of a vector.</summary>
    int Dimensions { get; }

    /// <summary>What it is called: the method and encoder that it was trained as.</summary>
    string Name { get; }

    /// <summary>One vector a sample, in order; not normalised.</summary>
    /// <param name="samples">At least none.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <exception cref="DataException">A sample cannot be read; the message says which.</exception>
    IReadOnlyList<float[]> Encode(IReadOnlyList<T> samples, CancellationToken cancel = default);

    /// <summary>The same on a thread of the pool.</summary>
    /// <param name="samples">At least none.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <exception cref="DataException">A sample cannot be read; the message says which.</exception>
    Task<IReadOnlyList<float[]>> EncodeAsync(IReadOnlyList<T> samples, CancellationToken cancel = default) => Task.Run(() => Encode(samples, cancel), cancel);
}
