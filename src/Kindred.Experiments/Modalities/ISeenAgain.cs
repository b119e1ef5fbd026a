namespace Kindred.Experiments.Modalities;

/// <summary>Data that can be seen otherwise than the recipe says, for protocols that learn by gradient steps or compare two random views.</summary>
public interface ISeenAgain
{
    /// <summary>Every sample once, in order, in a random view of the first training group.</summary>
    /// <param name="seed">What the view's chance is drawn from.</param>
    /// <param name="batch">Samples at once.</param>
    /// <param name="cancel">Stops the workers.</param>
    IEnumerable<IRawBatch> Drawn(ulong seed, int batch, CancellationToken cancel = default);

    /// <summary>The same samples in the mild training views of a classifier, such as crop and flip. It reads the same source, and is disposed instead of this.</summary>
    /// <param name="batch">Samples a step.</param>
    /// <param name="crop">Least share of a sample that is kept.</param>
    /// <param name="seed">Draws the views.</param>
    IData Mild(int batch, double crop, ulong seed);
}
