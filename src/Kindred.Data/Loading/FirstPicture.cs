using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Data.Views;

namespace Kindred.Data.Loading;

/// <summary>What a source's first usable picture says of all of them: grey or colour, and the size of views that keep a picture's own.</summary>
public static class FirstPicture
{
    const int Tries = 1000;

    /// <summary>The shape of each plan's view; every other picture has to give the same.</summary>
    /// <param name="source">The pictures; only headers are read.</param>
    /// <param name="plans">How views are made.</param>
    /// <exception cref="DataException">There is no picture, or none of the first can be read.</exception>
    public static ViewShape[] Shapes(IPictures source, params IReadOnlyList<ViewPlan> plans)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Count == 0) throw new DataException($"{source.Description} has no pictures; expected at least one.");
        using var reader = source.Open();
        PictureException? first = null;
        for (var i = 0; i < Math.Min(source.Count, Tries); i++)
        {
            try
            {
                var info = reader.Measure(i);
                return [.. plans.Select(plan => plan.Shape(info.Width, info.Height, info.Channels))];
            }
            catch (PictureException exception)
            {
                first ??= exception;
            }
        }
        throw new DataException($"{source.Description}: none of the first pictures can be read; {FileNames.Printable(source.Name(0))}: {first?.Message}");
    }
}
