using System.Globalization;
using System.Text;
using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>A row of operations that makes one kind of view: chance is drawn first, pixels are touched later.</summary>
/// <remarks>
/// Operation <c>i</c> draws from stream <c>i</c> of the view's <see cref="RandomKey"/>; so two plans that start with the same operations
/// draw the same crops, and a view can take over another view's draw of a single operation (<see cref="LeaveOneOut"/>).
/// </remarks>
public sealed class ViewPlan
{
    readonly Augmentation[] operations;
    readonly int mirrored, window;

    /// <summary>A plan of these operations in this order; none gives the picture as it is.</summary>
    /// <param name="operations">At most <see cref="DrawnView.Capacity"/>.</param>
    /// <exception cref="ConfigurationException">Too many operations.</exception>
    public ViewPlan(params ReadOnlySpan<Augmentation> operations)
    {
        if (operations.Length > DrawnView.Capacity)
            throw new ConfigurationException($"A view plan has {operations.Length} operations; at most {DrawnView.Capacity} fit.");
        this.operations = operations.ToArray();
        mirrored = FindMovableFlip();
        window = FindWindow();
    }

    /// <summary>The operations in order.</summary>
    public IReadOnlyList<Augmentation> Operations => operations;

    /// <summary>The shape of the finished view of a picture of the given shape.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="channels">Bytes a pixel; grey pictures (1, 2) make grey views, the others colour.</param>
    public ViewShape Shape(int width, int height, int channels = 3)
    {
        var shape = new ViewShape(height, width, channels < 3 ? 1 : 3);
        for (var i = 0; i < operations.Length; i++)
            shape = After(i, shape);
        return shape;
    }

    /// <summary>Draws everything that is left to chance about one view.</summary>
    /// <param name="key">Seed, epoch, sample and view: the same key draws the same view.</param>
    /// <param name="width">Columns of the whole picture.</param>
    /// <param name="height">Rows of the whole picture.</param>
    /// <param name="channels">Bytes a pixel of the picture.</param>
    public DrawnView Draw(in RandomKey key, int width, int height, int channels = 3) => Draw(key, key, 0, width, height, channels);

    /// <summary>Draws a view that takes over some operations' draws from another view.</summary>
    /// <param name="key">The view's own key.</param>
    /// <param name="other">The other view's key.</param>
    /// <param name="copied">Bit i is set where operation i is drawn with the other key.</param>
    /// <param name="width">Columns of the whole picture.</param>
    /// <param name="height">Rows of the whole picture.</param>
    /// <param name="channels">Bytes a pixel of the picture.</param>
    public DrawnView Draw(in RandomKey key, in RandomKey other, uint copied, int width, int height, int channels = 3)
    {
        var shape = new ViewShape(height, width, channels < 3 ? 1 : 3);
        var drawn = new DrawnView { Key = key, SourceWidth = width, SourceHeight = height, Region = new(0, 0, width, height) };
        for (var i = 0; i < operations.Length; i++)
        {
            var draws = ((copied >> i) & 1) == 0 ? key.Draws(i) : other.Draws(i);
            ref var step = ref drawn.Edit(i);
            step.Applied = operations[i].Draw(ref draws, shape, ref step);
            var after = After(i, shape);
            if (i == FirstReader && operations[i] is ISelectsRegion reader)
            {
                drawn.Region = reader.Region(step, shape);
                (drawn.TargetWidth, drawn.TargetHeight) = reader.Resamples ? (after.Width, after.Height) : (0, 0);
            }
            shape = after;
        }
        drawn.Shape = shape;
        return drawn;
    }

    /// <summary>Makes the view.</summary>
    /// <param name="picture">The picture it was drawn for, or at least its <see cref="DrawnView.Region"/>.</param>
    /// <param name="drawn">What was drawn.</param>
    /// <param name="destination">Receives the view, <c>[Height, Width, Channels]</c> of <see cref="DrawnView.Shape"/>.</param>
    /// <param name="workspace">The calling thread's memory.</param>
    /// <exception cref="DataException">The picture is not the one that the view was drawn for.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public unsafe void Render(Picture picture, in DrawnView drawn, Span<float> destination, ViewWorkspace workspace)
    {
        if (picture.FullWidth != drawn.SourceWidth || picture.FullHeight != drawn.SourceHeight)
            throw new DataException($"The view was drawn for a picture of {drawn.SourceWidth}×{drawn.SourceHeight}, but came a picture of {picture.FullWidth}×{picture.FullHeight}.");
        var canvas = workspace.Canvas;
        canvas.Begin(picture);
        for (var i = 0; i < operations.Length; i++)
        {
            if (i == FirstReader && mirrored >= 0)
                canvas.Mirror = drawn[mirrored].Applied;
            if (i == FirstReader && window >= 0)
                Resized(canvas, drawn);
            else if (i != mirrored && i != window && drawn[i].Applied)
                operations[i].Apply(canvas, drawn[i]);
        }
        canvas.Load();
        if (destination.Length < canvas.Shape.Length)
            throw new ArgumentException($"A view of {canvas.Shape} takes {canvas.Shape.Length} numbers; there is room for {destination.Length}.", nameof(destination));
        fixed (float* to = destination)
            canvas.Program.RunInto(canvas.Planes, canvas.PlaneStride, canvas.Area, canvas.Channels, to);
        // The planes are read through pointers: without this a workspace that the caller drops may be collected while they are read.
        GC.KeepAlive(workspace);
    }

    /// <summary>The drawn numbers in words, an operation a line, for people and previews.</summary>
    /// <param name="drawn">A view drawn by this plan.</param>
    public string Describe(in DrawnView drawn)
    {
        var text = new StringBuilder();
        for (var i = 0; i < operations.Length; i++)
        {
            ref readonly var step = ref drawn[i];
            var words = step.Applied ? operations[i].Describe(step) : "not this time";
            text.Append(CultureInfo.InvariantCulture, $"{AugmentationAttribute.NameOf(operations[i])}{(words.Length == 0 ? "" : ": ")}{words}\n");
        }
        return text.ToString();
    }

    /// <summary>The shape after an operation, which a canvas must hold unless only a window of it is made.</summary>
    ViewShape After(int i, ViewShape shape)
    {
        var after = operations[i].After(shape);
        if (i != FirstReader || window < 0)
            ViewLimits.Require(operations[i], shape, after);
        return after;
    }

    /// <summary>The resize that comes first, together with the window that is cut out of it.</summary>
    void Resized(Canvas canvas, in DrawnView drawn)
    {
        var resize = (Resize)operations[FirstReader];
        var shape = resize.After(new(drawn.SourceHeight, drawn.SourceWidth, canvas.Channels));
        resize.ApplyWithin(canvas, drawn[FirstReader], ((ICutsWindow)operations[window]).Window(drawn[window], shape));
    }

    /// <summary>An operation that cuts a window out of the resize before it, with nothing but a flip that the resize does between them; −1 if there is none.</summary>
    int FindWindow()
    {
        if (operations.Length <= FirstReader || operations[FirstReader] is not Resize)
            return -1;
        var next = FirstReader + 1 == mirrored ? mirrored + 1 : FirstReader + 1;
        return next < operations.Length && operations[next] is ICutsWindow ? next : -1;
    }

    /// <summary>The first operation that looks at pixels; what stands before it only chooses the background.</summary>
    int FirstReader => operations is [Background, ..] ? 1 : 0;

    /// <summary>A flip that can be done by the crop, because everything between them does not care; −1 if there is none.</summary>
    int FindMovableFlip()
    {
        if (operations.Length <= FirstReader || operations[FirstReader] is not (Crop or Resize))
            return -1;
        for (var i = FirstReader + 1; i < operations.Length; i++)
        {
            if (operations[i] is Flip { Vertical: false })
                return i;
            if (!operations[i].CommutesWithFlip)
                return -1;
        }
        return -1;
    }
}
