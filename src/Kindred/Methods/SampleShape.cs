using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Methods;

/// <summary>What a sample looks like to a generator that writes its values as one row, a list of numbers or a small picture, and the networks that go with it.</summary>
/// <param name="Sides">`[D]` or `[C, H, W]`.</param>
sealed record SampleShape(IReadOnlyList<long> Sides)
{
    /// <summary>How many values a sample has.</summary>
    internal long Values => Sides.Aggregate(1L, (product, side) => product * side);

    /// <summary>What the data say of their samples.</summary>
    /// <exception cref="ConfigurationException">They say nothing.</exception>
    internal static SampleShape Of(DataFacts facts, string who)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Input("features", 0) is > 0 and var features) return new([features]);
        var (height, width) = (facts.Input("height", 0), facts.Input("width", 0));
        return height * width > 0 ? new([facts.Input("channels", 1), height, width])
            : throw new ConfigurationException($"{who} has to know how many values a sample has, and these data do not say; give points (--data points:25-gaussians) or small pictures.");
    }

    /// <summary>A network that makes samples, as rows of values.</summary>
    /// <param name="kind">Of what it is made.</param>
    /// <param name="inputs">Numbers that it begins with.</param>
    /// <param name="hidden">Width inside.</param>
    /// <param name="depth">Linear layers.</param>
    internal Layer Generator(PlayerKind kind, long inputs, long hidden, int depth) => kind == PlayerKind.Linear
        ? new MlpHead(inputs, hidden, Values, depth, norm: false)
        : new ConvolutionalGenerator(inputs, Square[0], Square[1], hidden);

    /// <summary>A network that judges rows of values, and numbers behind them.</summary>
    /// <param name="kind">Of what it is made.</param>
    /// <param name="beside">Numbers behind a sample's values.</param>
    /// <param name="hidden">Width inside.</param>
    /// <param name="depth">Linear layers.</param>
    internal Layer Critic(PlayerKind kind, long beside, long hidden, int depth) => kind == PlayerKind.Linear
        ? new MlpHead(Values + beside, hidden, 1, depth, norm: false)
        : new ConvolutionalCritic(Square[0], Square[1], beside, hidden);

    IReadOnlyList<long> Square => Sides is [_, var height, var width] && height == width ? Sides
        : throw new ConfigurationException($"options.networks: convolutions go over square pictures, and a sample here is {string.Join(" × ", Sides)}; "
            + "take networks: linear, or give a view with one size.");

    /// <summary>Samples as rows of values, `[N, D]`.</summary>
    /// <exception cref="ConfigurationException">The samples are of another kind or size than the generator writes.</exception>
    internal Tensor Rows(View view, string who)
    {
        ArgumentNullException.ThrowIfNull(view);
        SampleFit.Check(who, SampleKinds.Points | SampleKinds.Pictures, view.Kind);
        var rows = view.X.Flatten(1);
        return rows.Size(1) == Values ? rows
            : throw new ConfigurationException($"{who} was made for samples of [{string.Join(", ", Sides)}], and these are [{string.Join(", ", view.X.Shape.Skip(1))}].");
    }

    /// <summary>Rows of values as samples.</summary>
    /// <param name="rows">`[N, D]`.</param>
    internal Tensor Of(Tensor rows) => rows.Reshape([rows.Size(0), .. Sides]);
}
