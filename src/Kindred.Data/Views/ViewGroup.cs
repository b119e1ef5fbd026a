using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>Some views of every picture that are made alike: SimCLR has one group of two, SwAV a global group of two and a local group of six.</summary>
public class ViewGroup
{
    /// <summary>A group of views made by one plan.</summary>
    /// <param name="name">What methods call the group.</param>
    /// <param name="count">Views of each picture.</param>
    /// <param name="plan">How each is made.</param>
    /// <param name="drawnAs">The name of an earlier group of as many views whose draws this one repeats: a lightness view and a colour
    /// view of the same crop, for example. Operations at the same place in both plans then draw the same numbers.</param>
    /// <exception cref="ConfigurationException">A count below 1.</exception>
    public ViewGroup(string name, int count, ViewPlan plan, string? drawnAs = null)
    {
        if (count < 1)
            throw new ConfigurationException($"The view group '{name}' has {count} views; it needs at least one.");
        (Name, Count, Plan, DrawnAs) = (name, count, plan, drawnAs);
    }

    /// <summary>What methods call the group.</summary>
    public string Name { get; }

    /// <summary>Views of each picture.</summary>
    public int Count { get; }

    /// <summary>How each is made.</summary>
    public ViewPlan Plan { get; }

    /// <summary>The group whose draws this one repeats, if any.</summary>
    public string? DrawnAs { get; }

    /// <summary>The first view number of each group: groups count on from one another, and a group that repeats another's draws takes its numbers.</summary>
    /// <param name="groups">All groups of a recipe, in order.</param>
    /// <exception cref="ConfigurationException">A group repeats one that does not stand before it or has another count.</exception>
    public static int[] FirstViews(params ReadOnlySpan<ViewGroup> groups)
    {
        var first = new int[groups.Length];
        var next = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i].DrawnAs is not { } name)
            {
                first[i] = next;
                next += groups[i].Count;
                continue;
            }
            var twin = Array.FindIndex(groups[..i].ToArray(), g => g.Name == name);
            if (twin < 0 || groups[twin].Count != groups[i].Count)
                throw new ConfigurationException($"The view group '{groups[i].Name}' is drawn as '{name}'; name a group before it with {groups[i].Count} views.");
            first[i] = first[twin];
        }
        return first;
    }

    /// <summary>Draws one of the group's views.</summary>
    /// <param name="key">The picture's key, with the group's first view number (<see cref="FirstViews"/>).</param>
    /// <param name="view">Which of the group's views, from 0.</param>
    /// <param name="width">Columns of the whole picture.</param>
    /// <param name="height">Rows of the whole picture.</param>
    /// <param name="channels">Bytes a pixel of the picture.</param>
    public virtual DrawnView Draw(in RandomKey key, int view, int width, int height, int channels = 3) =>
        Plan.Draw(key with { View = key.View + view }, width, height, channels);
}
