using Kindred.Torch;

namespace Kindred.Experiments.Training;

/// <summary>Whether a method and the samples at hand go together: asked where they first meet, in training and in evaluations.</summary>
static class Fitting
{
    /// <summary>Hands samples to a method, and says so in plain words where it was not made for such.</summary>
    /// <param name="method">The method, or what it is asked for as.</param>
    /// <param name="views">What it gets to see.</param>
    /// <param name="work">What it does with them.</param>
    /// <exception cref="ConfigurationException">The samples are of another kind, or of a size that the network cannot compute with.</exception>
    internal static T Of<T>(object method, IReadOnlyList<View> views, Func<T> work)
    {
        var who = NameOf(method.GetType());
        SampleFit.Check(who, SampleFit.TakenBy(method.GetType()), views.Aggregate(SampleKinds.None, (all, view) => all | view.Kind));
        // What libtorch says of shapes is the last resort: parts that know what they take say it themselves.
        try { return work(); }
        catch (Exception e) when (IsOfShapes(e)) { throw Misfit(who, views, e); }
    }

    /// <summary>Hands a view to what encodes.</summary>
    internal static Func<View, Tensor> Of(IEncodes encodes, Func<View, Tensor> represent) => view => Of(encodes, [view], () => represent(view));

    static bool IsOfShapes(Exception e) => e is InvalidCastException or ArgumentException
        || e is TorchException { InnerException: null, Kind: not (TorchException.Kinds.Memory or TorchException.Kinds.Managed) };

    static ConfigurationException Misfit(string who, IReadOnlyList<View> views, Exception e) =>
        new($"{who} cannot compute with these data, {string.Join(", ", views.Select(v => $"{(v.Name.Length == 0 ? "" : $"'{v.Name}' ")}[{string.Join(", ", v.X.Shape)}]"))}: "
            + $"{e.Message.Split('\n')[0].TrimEnd('.')}. Give it other data or larger samples, or choose another encoder or other options.", e);

    static string NameOf(Type type) => type.GetCustomAttributes(typeof(MethodAttribute), inherit: false) is [MethodAttribute { Title: var title }, ..] ? title : type.Name;
}
