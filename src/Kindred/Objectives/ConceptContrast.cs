using Kindred.Numerics;
using Kindred.Torch;

namespace Kindred.Objectives;

/// <summary>CALM's joint stage: one sequence model repairs a distractor, and tells its own repair from the truth.</summary>
/// <remarks>
/// Zhou et al., "Pre-training Text-to-Text Transformers for Concept-centric Common Sense", arXiv:2011.07956, Sec. 3.3: weighted sum of two teacher-forced
/// token cross-entropies; the generated text is discrete, so no gradient passes from the second term into the first.
/// </remarks>
public static class ConceptContrast
{
    /// <summary>w_g · CE(generator) + w_d · CE(discriminator).</summary>
    /// <param name="generatorLogits">`[N, L, V]`.</param>
    /// <param name="generatorLabels">int64 `[N, L]`, −100 for padding.</param>
    /// <param name="discriminatorLogits">`[N, L, V]`; null for the generator alone.</param>
    /// <param name="discriminatorLabels">int64 `[N, L]`.</param>
    /// <param name="generatorWeight">w_g.</param>
    /// <param name="discriminatorWeight">w_d.</param>
    public static Tensor Loss(Tensor generatorLogits, Tensor generatorLabels, Tensor? discriminatorLogits = null, Tensor? discriminatorLabels = null,
        double generatorWeight = 1, double discriminatorWeight = 1)
    {
        var loss = CrossEntropy.Loss(generatorLogits, generatorLabels) * generatorWeight;
        return discriminatorLogits is null || discriminatorLabels is null
            ? loss
            : loss + CrossEntropy.Loss(discriminatorLogits, discriminatorLabels) * discriminatorWeight;
    }
}
