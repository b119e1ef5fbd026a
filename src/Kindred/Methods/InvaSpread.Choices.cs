using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Methods;

public sealed partial class InvaSpread
{
    /// <summary>Which text is followed.</summary>
    public enum FormKind
    {
        /// <summary>The official code.</summary>
        Code,

        /// <summary>The paper's Eq. 3 to 6, divided by the batch.</summary>
        Paper,
    }

    /// <summary>Which halves of the objective are kept: the study of what each is for.</summary>
    public enum TermKind
    {
        /// <summary>Both.</summary>
        Both,

        /// <summary>Only that a copy is classified as its source.</summary>
        Invariance,

        /// <summary>Only that other images are not.</summary>
        Spread,
    }

    static Func<Tensor, Tensor, Tensor> Objective(Options options)
    {
        if (options.Form == FormKind.Paper && options.NegativeWeight != 1)
            throw new ConfigurationException("negativeWeight belongs to the form of the authors' code; the paper's has no such weight: write form: code, or leave it out.");
        return options.Form == FormKind.Paper
            ? (z1, z2) => Kept(InvariantSpread.PaperTerms(z1, z2, options.Temperature)) / z1.Size(0)      // sums over the batch
            : (z1, z2) => Kept(InvariantSpread.Terms(Tensor.Cat([z1, z2]), options.Temperature, negativeWeight: options.NegativeWeight));

        Tensor Kept((Tensor Invariance, Tensor Spread) terms) => options.Terms switch
        {
            TermKind.Invariance => terms.Invariance,
            TermKind.Spread => terms.Spread,
            _ => terms.Invariance + terms.Spread,
        };
    }
}
