using Kindred.Data.Views;

namespace Kindred.Experiments.Modalities;

/// <summary>The view plans of pictures.</summary>
public static class PictureViews
{
    /// <summary>The groups of views.</summary>
    public static ViewGroup[] Groups(IReadOnlyList<ViewRequest> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return [.. views.Select(v => v.LeaveOut.Count == 0 ? new ViewGroup(v.Name, v.Count, Plan(v), v.DrawnAs) : LeftOut(v))];
    }

    static LeaveOneOut LeftOut(ViewRequest view)
    {
        var views = view.LeaveOut.Count + 2;
        if (view.Count != 1 && view.Count != views)
            throw new ConfigurationException(
                $"views: the group '{view.Name}' has count {view.Count}, and leaveOut with {view.LeaveOut.Count} operations makes {views} views: "
                + "a query, a key with everything drawn anew, and one for each operation. Leave count out.");
        if (view.DrawnAs is not null)
            throw new ConfigurationException($"views: the group '{view.Name}' has both drawnAs and leaveOut; a group repeats another one's draws, or shares some among its own views.");
        return new(view.Name, Plan(view), [.. view.LeaveOut]);
    }

    /// <summary>One plan: the operations in order, with a resize in front where only a size is given.</summary>
    public static ViewPlan Plan(ViewRequest view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var operations = view.Operations.Cast<Augmentation>().ToList();
        if (view.Size is { } size && !operations.OfType<ISelectsRegion>().Any()) operations.Insert(operations is [Background, ..] ? 1 : 0, new Resize(size));
        return new ViewPlan([.. operations]);
    }

    /// <summary>The view without chance for pictures from elsewhere: where it keeps their size, because those of the training data had one, they are brought to that.</summary>
    /// <param name="plain">From <see cref="Plain"/>.</param>
    /// <param name="inputs">What an input looked like.</param>
    public static ViewPlan Anywhere(ViewPlan plain, IReadOnlyDictionary<string, long> inputs)
    {
        ArgumentNullException.ThrowIfNull(plain);
        ArgumentNullException.ThrowIfNull(inputs);
        return plain.Shape(64, 64) != plain.Shape(48, 48) && inputs.TryGetValue("height", out var side) && inputs.GetValueOrDefault("width") == side
            ? new ViewPlan([new Resize((int)side, Square: true), .. plain.Operations]) : plain;
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
