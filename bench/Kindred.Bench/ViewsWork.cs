using Kindred.Data.Pictures;
using Kindred.Data.Views;
using Kindred.Randomness;

namespace Kindred.Bench;

/// <summary>Two views of each of some pictures in memory.</summary>
class ViewsWork : IDisposable
{
    readonly ViewPlan plan;
    readonly ViewWorkspace workspace = new();
    readonly Picture[] pictures;
    readonly float[] views;
    readonly int length;
    int epoch;

    public ViewsWork(int size, bool blur, int images, ulong seed)
    {
        plan = Plan(size, blur);
        Seed = seed;
        (Width, Height) = size == 32 ? (32, 32) : (500, 375);
        pictures = [.. Enumerable.Range(0, images).Select(i => SyntheticPhoto.Make(Width, Height, new(seed, 0, i, 0)))];
        length = plan.Shape(Width, Height).Length;
        views = new float[2 * images * length];
    }

    // SimCLR's whole set with strength 1, as torchvision users write it down.
    static ViewPlan Plan(int size, bool blur)
    {
        Augmentation[] operations = [new Crop(size, Interpolation: "bicubic"), new Flip(), new Jitter(0.8), new Gray(), new Blur(), new Normalize([0.49, 0.48, 0.45], [0.25, 0.24, 0.26])];
        return new(operations.Where(o => blur || o is not Blur).ToArray());
    }

    public virtual int? MeanBytes => null;

    protected ulong Seed { get; }

    protected int Width { get; }

    protected int Height { get; }

    protected IReadOnlyList<Picture> Pictures => pictures;

    public void Repeat()
    {
        epoch++;
        for (var i = 0; i < pictures.Length; i++)
            Make(i);
    }

    protected virtual void Make(int index)
    {
        Show(index, 0, pictures[index]);
        Show(index, 1, pictures[index]);
    }

    protected DrawnView Draw(int index, int view) => plan.Draw(new RandomKey(Seed, epoch, index, view), Width, Height);

    protected void Show(int index, int view, Picture picture) => Show(index, view, picture, Draw(index, view));

    protected void Show(int index, int view, Picture picture, in DrawnView drawn) =>
        plan.Render(picture, drawn, views.AsSpan(((2 * index) + view) * length, length), workspace);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
