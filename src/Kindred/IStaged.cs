using Kindred.Nn;
using Kindred.Torch;

namespace Kindred;

/// <summary>An encoder that can be taken apart into stages, each of which may learn by itself: Greedy InfoMax, LoCo, probes of what is inside.</summary>
/// <remarks>Through all <see cref="Stage.Layer"/>s in order and the last one's <see cref="Stage.Pool"/> a sample becomes what the encoder's own forward pass makes of it.</remarks>
public interface IStaged
{
    /// <summary>The stages from input to output. They share the encoder's weights and hold none of their own.</summary>
    IReadOnlyList<Stage> Stages { get; }
}

/// <summary>One stage of an encoder.</summary>
/// <param name="Layer">Its part of the encoder: the output of the stage before → its own.</param>
/// <param name="Pool">Sums its output up, `[N, Width]`: a mean over places, at the last stage whatever the encoder does there.</param>
/// <param name="Width">Width of that summary.</param>
public sealed record Stage(Layer Layer, Layer Pool, long Width)
{
    /// <summary>A stage of feature maps `[N, C, H, W]`, summed up by the mean over all places.</summary>
    /// <param name="channels">C.</param>
    /// <param name="layers">Its layers in order.</param>
    public static Stage OfMaps(long channels, params Layer[] layers) => new(new Sequential(layers), new Map(h => h.Mean([2, 3])), channels);

    /// <summary>An encoder's stages.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="who">What wants them, for the message.</param>
    /// <exception cref="ConfigurationException">The encoder has none.</exception>
    public static IReadOnlyList<Stage> Of(Encoder encoder, string who)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return (encoder as IStaged)?.Stages
            ?? throw new ConfigurationException($"encoder: {who} trains an encoder stage by stage, and a {encoder.GetType().Name} has no stages; take small-resnet, convnet or a resnet.");
    }
}
