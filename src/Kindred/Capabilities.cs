using Kindred.Torch;

namespace Kindred;

/// <summary>A method that has learnt representations.</summary>
public interface IEncodes
{
    /// <summary>The representation h of each sample, `[N, F]`: what is kept after training.</summary>
    Tensor Features(View view);

    /// <summary>The embedding z that the loss compares, `[N, D]`; the representation itself where there is no head.</summary>
    Tensor Embeddings(View view) => Features(view);
}

/// <summary>A method that draws new samples.</summary>
public interface IGenerates
{
    /// <summary>Draws samples.</summary>
    View Generate(int count);
}

/// <summary>A method that draws new samples of a class that is asked for.</summary>
public interface IGeneratesClasses : IGenerates
{
    /// <summary>How many classes there are.</summary>
    int Classes { get; }

    /// <summary>Draws one sample for each label.</summary>
    /// <param name="labels">int64 `[N]`, 0 to <see cref="Classes"/> − 1.</param>
    View Generate(Tensor labels);
}

/// <summary>A method that estimates a quantity, such as mutual information in nats.</summary>
public interface IEstimates
{
    /// <summary>The estimate on one batch; a batch of all pairs that were held out gives the number to report.</summary>
    double Estimate(Batch batch);

    /// <summary>How good what was learnt is on a batch, larger is better: what chooses among states. A lower bound is its own merit.</summary>
    double Merit(Batch batch) => Estimate(batch);
}

/// <summary>A method that maps samples to codes and codes back to samples.</summary>
public interface IReconstructs
{
    /// <summary>Each sample as its code gives it back: a view of the same shape.</summary>
    View Reconstruct(View view);
}

/// <summary>A method that scores samples: choices, likelihoods, class logits.</summary>
public interface IScores
{
    /// <summary>One row of scores a sample, `[N, K]`.</summary>
    Tensor Score(View view);
}
