namespace Kindred.Torch;

/// <summary>A number for an operator; an integer stays one, so integer tensors stay integers.</summary>
public readonly struct Scalar
{
    internal Value Value { get; }

    Scalar(Value value) => Value = value;

    // A Scalar that nobody set means the schema's default.
    internal static Value OrDefault(Scalar scalar) => scalar.Value.Tag == Value.Tags.None ? Value.Default : scalar.Value;

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(int value) => new(Value.Of((long)value));
    /// <summary>An integer.</summary>
    public static implicit operator Scalar(long value) => new(Value.Of(value));
    /// <summary>A fraction.</summary>
    public static implicit operator Scalar(double value) => new(Value.Of(value));
    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(Value.Of(value));
}
