namespace Kindred.Io.Onnx;

public sealed partial class OnnxValue
{
    /// <summary>The same numbers in another shape; 0 keeps the size at its place, −1 takes what is left.</summary>
    public OnnxValue Reshape(params long[] sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        long[] known = [.. sizes.Select((s, i) => s == 0 ? Shape[i] : s)];
        var all = Shape.All(s => s >= 0) ? Shape.Aggregate(1L, (a, b) => a * b) : -1;
        if (all >= 0 && known.Count(s => s < 0) == 1 && known.Where(s => s >= 0).Aggregate(1L, (a, b) => a * b) is > 0 and var rest)
            known = [.. known.Select(s => s < 0 ? all / rest : s)];
        // The first axis is free as a rule; what the others hold together is known all the same.
        else if (sizes is [0, ..] && Shape.Skip(1).All(s => s >= 0) && known.Skip(1).Count(s => s < 0) == 1)
            known = [known[0], .. known.Skip(1).Select(s => s < 0 ? Shape.Skip(1).Aggregate(1L, (a, b) => a * b) / known.Skip(1).Where(k => k >= 0).Aggregate(1L, (a, b) => a * b) : s)];
        return Graph.Node("Reshape", [this, Graph.Whole(sizes)], known);
    }

    /// <summary>The same numbers in the shape of another value.</summary>
    public OnnxValue ReshapeAs(OnnxValue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Graph.Node("Reshape", [this, other.Sizes()], [.. other.Shape]);
    }

    /// <summary>All axes from the second on as one.</summary>
    public OnnxValue Flatten() => Rank == 2 ? this
        : Graph.Node("Flatten", [this], [Shape[0], Shape.Skip(1).All(s => s >= 0) ? Shape.Skip(1).Aggregate(1L, (a, b) => a * b) : -1], ("axis", 1));

    /// <summary>Axes in another order.</summary>
    public OnnxValue Transpose(params long[] order) => Graph.Node("Transpose", [this], [.. order.Select(o => Shape[(int)o])], ("perm", order));

    /// <summary>A new axis of size 1.</summary>
    public OnnxValue Unsqueeze(int axis)
    {
        var at = axis < 0 ? axis + Rank + 1 : axis;
        return Graph.Node("Unsqueeze", [this, Graph.Whole(at)], [.. Shape.Take(at), 1, .. Shape.Skip(at)]);
    }

    /// <summary>An axis of size 1 less.</summary>
    public OnnxValue Squeeze(int axis) => Graph.Node("Squeeze", [this, Graph.Whole(At(axis))], [.. Shape.Where((_, i) => i != At(axis))]);

    /// <summary>A stretch of an axis.</summary>
    /// <param name="axis">Which.</param>
    /// <param name="from">The first place.</param>
    /// <param name="count">How many.</param>
    public OnnxValue Narrow(int axis, long from, long count) => Shape[At(axis)] == count ? this
        : Graph.Node("Slice", [this, Graph.Whole(from), Graph.Whole(from + count), Graph.Whole(At(axis))], Sized(axis, count));

    /// <summary>As much of an axis as an axis of another value is long.</summary>
    /// <param name="axis">Which; it is at least as long.</param>
    /// <param name="other">The other value.</param>
    /// <param name="otherAxis">Its axis.</param>
    public OnnxValue UpTo(int axis, OnnxValue other, int otherAxis)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Shape[other.At(otherAxis)] is >= 0 and var size ? Narrow(axis, 0, size)
            : Graph.Node("Slice", [this, Graph.Whole(0), other.Length(otherAxis), Graph.Whole(At(axis))], Sized(axis, -1));
    }

    /// <summary>An axis in equal parts.</summary>
    public OnnxValue[] Chunk(int parts, int axis) => [.. Enumerable.Range(0, parts).Select(p => Narrow(axis, p * (Size(axis) / parts), Size(axis) / parts))];

    /// <summary>One place of an axis, which is gone then.</summary>
    public OnnxValue Select(int axis, long place) => Gather(Graph.Index(place), axis);

    /// <summary>Places of an axis, in the order asked for: the index's axes stand where the axis stood.</summary>
    public OnnxValue Gather(OnnxValue places, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(places);
        return Graph.Node("Gather", [this, places], [.. Shape.Take(At(axis)), .. places.Shape, .. Shape.Skip(At(axis) + 1)], ("axis", At(axis)));
    }

    /// <summary>Values one after the other along an axis.</summary>
    public static OnnxValue Concat(int axis, params IReadOnlyList<OnnxValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var first = values[0];
        var together = values.All(v => v.Shape[v.At(axis)] >= 0) ? values.Sum(v => v.Shape[v.At(axis)]) : -1;
        return first.Graph.Node("Concat", [.. values], first.Sized(axis, together), ("axis", first.At(axis)));
    }

    /// <summary>Repeated along its axes of size 1, the first one as often as another value has rows.</summary>
    public OnnxValue RowsOf(OnnxValue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sizes = Concat(0, other.Length(0), Graph.Whole([.. Shape.Skip(1)]));
        return Graph.Node("Expand", [this, sizes], [other.Shape[0], .. Shape.Skip(1)]);
    }

    /// <summary>The rows of another value added to rows of this one; a row may be named several times.</summary>
    /// <param name="rows">[E], which row of this value each row goes to.</param>
    /// <param name="added">[E, D].</param>
    public OnnxValue AddRows(OnnxValue rows, OnnxValue added)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(added);
        var spread = Graph.Node("Expand", [rows.Unsqueeze(1), added.Sizes()], [.. added.Shape]);
        return Graph.Node("ScatterElements", [this, spread, added], [.. Shape], ("axis", 0), ("reduction", "add"));
    }

    /// <summary>Zeros in rows as many as a number says, as wide as this value.</summary>
    /// <param name="rows">[1], whole.</param>
    public OnnxValue ZeroRows(OnnxValue rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Graph.Node("ConstantOfShape", [Concat(0, rows, Graph.Whole([.. Shape.Skip(1)]))], [-1, .. Shape.Skip(1)]);
    }

    /// <summary>0, 1, 2 … as many as an axis is long.</summary>
    public OnnxValue Places(int axis) => Graph.Node("Range", [Graph.Index(0), Length(axis).Squeeze(0), Graph.Index(1)], [Shape[At(axis)]]);

    /// <summary>The length of an axis, as one whole number in a row.</summary>
    public OnnxValue Length(int axis) => Graph.Node("Slice", [Sizes(), Graph.Whole(At(axis)), Graph.Whole(At(axis) + 1), Graph.Whole(0)], [1]);

    OnnxValue Sizes() => Graph.Node("Shape", [this], [Rank]);

    long[] Sized(int axis, long size) => [.. Shape.Select((s, i) => i == At(axis) ? size : s)];
}
