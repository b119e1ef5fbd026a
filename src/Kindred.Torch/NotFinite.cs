using System.Diagnostics;
using Kindred.Torch.Native;

namespace Kindred.Torch;

/// <summary>Looks at the result of every operator for the first that is not a number or infinite; slow, for finding out where numbers go wrong.</summary>
/// <remarks>−∞ is let through, which masks are made of, and so is memory that nothing was written into yet. Steps of a backward pass that libtorch takes by itself are not seen.</remarks>
public sealed class NotFinite : IDisposable
{
    [ThreadStatic] static NotFinite? current;
    bool looking;

    NotFinite() { }

    /// <summary>Who looks on this thread, if anybody.</summary>
    internal static NotFinite? Current => current;

    /// <summary>The operator and who called it: <c>aten::log in Objectives.NtXent.Loss, by Methods.SimCLR.Step</c>; null while all is well.</summary>
    public string? First { get; private set; }

    /// <summary>Looks on this thread until disposed.</summary>
    public static NotFinite Watch() => current = new();

    /// <inheritdoc/>
    public void Dispose() => current = null;

    internal void Saw(string name, nint handle)
    {
        if (First is not null || looking || handle == 0 || name.StartsWith("aten::empty", StringComparison.Ordinal)) return;
        looking = true;
        try
        {
            using var scope = Scope.Open();
            using var _ = NoGradient.Begin();
            NativeMethods.kt_retain(handle);
            var result = new Tensor(handle);
            if (!result.Dtype.IsFloatingPoint || result.Numel == 0) return;
            if (result.Isnan().LogicalOr(result.Eq(double.PositiveInfinity)).Any().Item() != 0) First = $"{name}{Callers()}";
        }
        finally { looking = false; }
    }

    static string Callers()
    {
        var frames = new StackTrace().GetFrames().Select(f => f.GetMethod()).Where(m => m?.DeclaringType is { Namespace: { } room } && room.StartsWith("Kindred", StringComparison.Ordinal)
            && !room.StartsWith("Kindred.Torch", StringComparison.Ordinal)).Select(m => m!).ToArray();
        var method = Array.Find(frames, m => m.DeclaringType!.Namespace == "Kindred.Methods");
        return frames.Length == 0 ? "" : $" in {Name(frames[0])}{(method is null || method == frames[0] ? "" : $", by {Name(method)}")}";
    }

    static string Name(System.Reflection.MethodBase method)
    {
        var type = method.DeclaringType!.FullName!;
        return $"{(type.StartsWith("Kindred.", StringComparison.Ordinal) ? type["Kindred.".Length..] : type).Split('+', '`')[0]}.{method.Name.TrimStart('<').Split('>')[0]}";
    }
}
