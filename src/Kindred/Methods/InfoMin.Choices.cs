using Kindred.Encoders;
using Kindred.Nn;

namespace Kindred.Methods;

public sealed partial class InfoMin
{
    /// <summary>What makes the views.</summary>
    public enum GeneratorKind
    {
        /// <summary>Nothing: the channels as they come.</summary>
        None,

        /// <summary>Additive couplings of the channels, pixel by pixel: invertible, and no volume is lost.</summary>
        Flow,

        /// <summary>1×1 convolutions with ReLU between them, which may lose anything.</summary>
        Plain,
    }

    static Layer Make(Options options) => options.Generator == GeneratorKind.Flow
        ? new ColourFlow(options.Blocks, options.Hidden)
        : new Sequential(new Conv2d(3, options.Hidden, 1), new Relu(), new Conv2d(options.Hidden, options.Hidden, 1), new Relu(), new Conv2d(options.Hidden, 3, 1));
}
