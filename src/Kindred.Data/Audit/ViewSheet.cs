using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Audit;

/// <summary>One operation of a view, and what it drew.</summary>
/// <param name="Operation">Its name in recipes.</param>
/// <param name="Drawn">The drawn numbers in words; empty where there are none.</param>
/// <param name="Applied">Whether it acted.</param>
public sealed record ShownStep(string Operation, string Drawn, bool Applied);

/// <summary>A view as a network gets it, and as people see it.</summary>
/// <param name="Name">Group and number.</param>
/// <param name="Tile">The view without its normalisation.</param>
/// <param name="Steps">What was drawn, an operation each.</param>
/// <param name="Shape">Rows, columns and channels.</param>
/// <param name="Values">`[Height, Width, Channels]`, normalised.</param>
public sealed record ShownView(string Name, Picture Tile, IReadOnlyList<ShownStep> Steps, ViewShape Shape, float[] Values);

/// <summary>A picture and its views.</summary>
/// <param name="Name">The picture's name.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Tile">The picture.</param>
/// <param name="Views">Of all groups, in order.</param>
public sealed record ShownPicture(string Name, int Width, int Height, Picture Tile, IReadOnlyList<ShownView> Views);

/// <summary>Draws views of some pictures one by one, as <see cref="PreviewGrid"/> does in one sheet: with the same pictures and draws by the same seed.</summary>
public static class ViewSheet
{
    /// <summary>The operations that can be left out: those that change no size, and crops, in whose place the whole picture is taken.</summary>
    /// <param name="groups">What views there are.</param>
    public static IReadOnlyList<string> Removable(IReadOnlyList<ViewGroup> groups) =>
        [.. groups.SelectMany(g => g.Plan.Operations.Where((o, i) => o is Crop ? i == 0 || (i == 1 && g.Plan.Operations[0] is Background)
            : o is not (ISelectsRegion or ICutsWindow or Normalize or Background))).Select(AugmentationAttribute.NameOf).Distinct()];

    /// <summary>Draws them.</summary>
    /// <param name="source">The pictures; the first usable ones of a random order are shown.</param>
    /// <param name="groups">What views each gives.</param>
    /// <param name="seed">Chooses pictures and views.</param>
    /// <param name="rows">How many pictures.</param>
    /// <param name="tile">Side of a tile in pixels.</param>
    /// <param name="without">The name of an operation that does not act; all others draw what they draw with it.</param>
    /// <exception cref="ConfigurationException">There is no such operation, or it cannot be left out.</exception>
    public static IReadOnlyList<ShownPicture> Draw(IPictures source, IReadOnlyList<ViewGroup> groups, ulong seed = 0, int rows = 8, int tile = 96, string? without = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(groups);
        if (without is not null && Removable(groups) is var known && !known.Contains(without))
            throw new ConfigurationException($"'{without}' cannot be left out; there are {string.Join(", ", known)}.");
        var (picture, workspace, first, shown) = (new Picture(), new ViewWorkspace(), ViewGroup.FirstViews([.. groups]), new List<ShownPicture>());
        using var reader = source.Open();
        foreach (var index in PreviewGrid.Chosen(source.Count, seed))
        {
            if (shown.Count == rows) break;
            if (!PreviewGrid.TryRead(reader, index, picture)) continue;
            var views = new List<ShownView>();
            for (var g = 0; g < groups.Count; g++)
                for (var view = 0; view < groups[g].Count; view++)
                    views.Add(View(groups[g], view, new(seed, 0, index, first[g]), picture, workspace, tile, without));
            shown.Add(new(source.Name(index), picture.Width, picture.Height, Tile(PreviewGrid.Bytes(picture), picture.Width, picture.Height, tile), views));
        }
        return shown;
    }

    static ShownView View(ViewGroup group, int view, in RandomKey key, Picture picture, ViewWorkspace workspace, int tile, string? without)
    {
        var drawn = group.Draw(key, view, picture.Width, picture.Height, picture.Channels);
        for (var i = 0; i < group.Plan.Operations.Count; i++)
        {
            if (AugmentationAttribute.NameOf(group.Plan.Operations[i]) != without) continue;
            if (group.Plan.Operations[i] is Crop) Crop.TakeWhole(ref drawn, i);
            else drawn.Edit(i).Applied = false;
        }
        var values = new float[drawn.Shape.Length];
        group.Plan.Render(picture, drawn, values, workspace);
        var seen = PreviewGrid.Rendered(group.Plan, picture, drawn, workspace);
        ShownStep[] steps = [.. StepsOf(group.Plan, drawn)];
        return new($"{group.Name}.{view}", Tile(seen, drawn.Shape.Width, drawn.Shape.Height, tile), steps, drawn.Shape, values);
    }

    static List<ShownStep> StepsOf(ViewPlan plan, in DrawnView drawn)
    {
        var steps = new List<ShownStep>();
        for (var i = 0; i < plan.Operations.Count; i++)
        {
            ref readonly var step = ref drawn[i];
            steps.Add(new(AugmentationAttribute.NameOf(plan.Operations[i]), step.Applied ? plan.Operations[i].Describe(step) : "", step.Applied));
        }
        return steps;
    }

    static Picture Tile(byte[] pixels, int width, int height, int tile)
    {
        var scale = (double)tile / Math.Max(width, height);
        var into = new Picture(Math.Max(1, (int)(width * scale)), Math.Max(1, (int)(height * scale)), 3);
        PreviewGrid.Fill(into, pixels, width, height);
        return into;
    }
}
