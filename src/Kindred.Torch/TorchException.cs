using System.Runtime.InteropServices;

namespace Kindred.Torch;

/// <summary>libtorch refused a call: the message names the operator and the shapes it was given.</summary>
public sealed class TorchException : Exception
{
    /// <summary>What kind of failure libtorch reported.</summary>
    public enum Kinds
    {
        /// <summary>None of the others.</summary>
        General = 1,
        /// <summary>An index or dimension out of range.</summary>
        Index = 2,
        /// <summary>A value outside what the operator takes.</summary>
        Value = 3,
        /// <summary>An argument of a wrong type.</summary>
        Type = 4,
        /// <summary>No such operator, or none for this type or device.</summary>
        NotImplemented = 5,
        /// <summary>Out of memory.</summary>
        Memory = 6,
        /// <summary>A managed callback threw; see the inner exception.</summary>
        Managed = 9,
    }

    TorchException(string message, Kinds kind, Exception? inner) : base(message, inner) => Kind = kind;

    /// <summary>What kind of failure libtorch reported.</summary>
    public Kinds Kind { get; }

    internal static TorchException FromNative(int code, string operation, string shapes)
    {
        var text = Marshal.PtrToStringUTF8(NativeMethods.kt_error()) ?? "unknown error";
        text = text.Replace("torch.autograd.set_detect_anomaly(True)", "Autograd.DetectAnomaly = true", StringComparison.Ordinal);
        var inner = Autograd.TakePending(ref text);
        return new TorchException(shapes.Length == 0 ? $"{operation}: {text}" : $"{operation}: {shapes}: {text}", (Kinds)(-code), inner);
    }

    internal static void Check(int code, string operation, params ReadOnlySpan<Tensor> tensors)
    {
        if (code >= 0) return;
        var shapes = new List<string>();
        foreach (var tensor in tensors) shapes.Add(Tensor.Describe(tensor.Handle));
        throw FromNative(code, operation, string.Join(" × ", shapes));
    }
}
