using Kindred.Data.Views;

namespace Kindred.Experiments.Modalities;

/// <summary>The view plans of pictures.</summary>
public static class PictureViews
{
    /// <summary>The groups of views.</summary>
    public static ViewGroup[] Groups(IReadOnlyList<ViewRequest> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return [.. views.Select(v => new ViewGroup(v.Name, v.Count, Plan(v), v.DrawnAs))];
    }

    /// <summary>One plan: the operations in order, with a resize in front where only a size is given.</summary>
    public static ViewPlan Plan(ViewRequest view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var operations = view.Operations.Cast<Augmentation>().ToList();
        if (view.Size is { } size && !operations.OfType<ISelectsRegion>().Any()) operations.Insert(operations is [Background, ..] ? 1 : 0, new Resize(size));
        return new ViewPlan([.. operations]);
    }

    /// <summary>The view without chance: the one asked for, or the first group's size and normalisation.</summary>
    public static ViewPlan Plain(IReadOnlyList<ViewRequest> views, ViewRequest? own)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (own is not null) return Plan(own);
        var training = Plan(views[0]);
        var shape = training.Shape(64, 64);
        // Views that keep the picture's own size are looked at in that size.
        Augmentation[] resize = shape == training.Shape(48, 48) ? [new Resize(shape.Height, Square: true)] : [];
        return new ViewPlan([.. resize, .. views[0].Operations.OfType<Normalize>().TakeLast(1)]);
    }
}
