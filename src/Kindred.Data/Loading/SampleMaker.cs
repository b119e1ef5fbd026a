using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Data.Loading;

/// <summary>What the views of a picture are and where they go; shared by all workers of a loader.</summary>
sealed class SamplePlan
{
    internal const int MaxReplacements = 100;

    readonly IPictures source;
    readonly ulong seed;

    internal SamplePlan(IPictures source, IReadOnlyList<ViewGroup> groups, ulong seed)
    {
        (this.source, this.seed, Groups) = (source, seed, [.. groups]);
        FirstViews = ViewGroup.FirstViews(Groups);
        Shapes = FirstPicture.Shapes(source, [.. Groups.Select(group => group.Plan)]);
    }

    internal IPictures Source => source;

    internal ViewGroup[] Groups { get; }

    internal int[] FirstViews { get; }

    /// <summary>One shape a group.</summary>
    internal ViewShape[] Shapes { get; }

    internal int ViewCount => Groups.Sum(group => group.Count);

    internal RandomKey Key(int epoch, long sample) => new(seed, epoch, sample, 0);

    /// <summary>The picture that stands in for one that cannot be used: the same in every run.</summary>
    internal int Replacement(int index, int attempt)
    {
        var draws = new RandomKey(seed, -1 - attempt, index, 0).Draws(ushort.MaxValue);
        return draws.Integer(source.Count);
    }

    internal ViewBlock[] Blocks(int capacity) =>
    [
        .. from g in Enumerable.Range(0, Groups.Length)
           from view in Enumerable.Range(0, Groups[g].Count)
           select new ViewBlock($"{Groups[g].Name}.{view}", Shapes[g].Height, Shapes[g].Width, Shapes[g].Channels, capacity),
    ];
}

/// <summary>Makes the views of one picture after another: one thread's reader, pixels and workspace.</summary>
sealed class SampleMaker(SamplePlan plan) : IDisposable
{
    readonly PictureReader reader = plan.Source.Open();
    readonly Picture picture = new();
    readonly ViewWorkspace workspace = new();
    readonly DrawnView[] drawn = new DrawnView[plan.ViewCount];

    /// <summary>Fills one place of a batch; a picture that cannot be used is noted and replaced.</summary>
    /// <param name="slot">The batch in the making.</param>
    /// <param name="position">The place.</param>
    /// <param name="epoch">The pass over the data.</param>
    /// <param name="known">Pictures found unusable before.</param>
    internal void Fill(LoaderSlot slot, int position, int epoch, IReadOnlyDictionary<int, string> known)
    {
        var (wanted, sample) = slot.Wanted(position);
        var index = wanted;
        for (var attempt = 0; attempt <= SamplePlan.MaxReplacements; attempt++, index = plan.Replacement(wanted, attempt))
        {
            if (known.ContainsKey(index))
                continue;
            try
            {
                Make(slot, position, index, plan.Key(epoch, sample));
                (slot.Batch.Index[position], slot.Batch.Labels[position]) = (index, plan.Source.Label(index));
                return;
            }
            catch (PictureException exception)
            {
                slot.Note(position, new(index, plan.Source.Name(index), exception.Message));
            }
        }
        throw new DataException($"{plan.Source.Description}: no usable picture found in {SamplePlan.MaxReplacements} tries to replace {FileNames.Printable(plan.Source.Name(wanted))}");
    }

    void Make(LoaderSlot slot, int position, int index, RandomKey key)
    {
        var info = reader.Measure(index);
        var (region, scale) = Draw(info, key);
        reader.Decode(region, scale, picture);
        for (int g = 0, at = 0; g < plan.Groups.Length; g++)
        {
            for (var view = 0; view < plan.Groups[g].Count; view++, at++)
            {
                if (drawn[at].Shape != plan.Shapes[g])
                    throw new DataException($"{FileNames.Printable(plan.Source.Name(index))} ({info.Width}×{info.Height}) gives a "
                        + $"'{plan.Groups[g].Name}' view of {drawn[at].Shape}, the first picture one of {plan.Shapes[g]}; a batch needs one size: "
                        + $"begin the view plan with a crop or a resize to a square");
                plan.Groups[g].Plan.Render(picture, drawn[at], slot.Batch.Views[at][position], workspace);
            }
        }
    }

    /// <summary>Draws all views, and says what the decoder must deliver for them.</summary>
    (Region Region, int Scale) Draw(in PictureInfo info, RandomKey key)
    {
        var (region, scale) = (default(Region), 8);
        for (int g = 0, at = 0; g < plan.Groups.Length; g++)
        {
            var groupKey = key with { View = plan.FirstViews[g] };
            for (var view = 0; view < plan.Groups[g].Count; view++, at++)
            {
                drawn[at] = plan.Groups[g].Draw(groupKey, view, info.Width, info.Height, info.Channels);
                var box = drawn[at].Region;
                var here = new Region(box.X, box.Y, box.Width, box.Height);
                region = at == 0 ? here : region.Union(here);
                scale = Math.Min(scale, drawn[at].DecodeScale);
            }
        }
        return (region, scale);
    }

    public void Dispose() => reader.Dispose();
}
