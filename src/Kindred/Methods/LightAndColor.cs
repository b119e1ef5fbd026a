using Kindred.Io;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>The two sides of a picture in a colour space that separates lightness from colour: what CMC contrasts and a split-brain autoencoder predicts.</summary>
static class LightAndColor
{
    /// <summary>[N, 3, H, W] → [N, 1, H, W] and [N, 2, H, W], without copying.</summary>
    /// <exception cref="ConfigurationException">The view has not three channels.</exception>
    public static (View Light, View Color) Split(View view) => view.X.Dim == 4 && view.X.Size(1) == 3
        ? (view.With(view.X.Narrow(1, 0, 1)), view.With(view.X.Narrow(1, 1, 2)))
        : throw new ConfigurationException($"lightness and colour are split from pictures of three channels; this view is "
            + $"[{string.Join(", ", view.X.Shape)}]: give it colour pictures and the operation colorSpace.");
}
