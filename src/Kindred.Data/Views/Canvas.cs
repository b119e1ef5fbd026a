using Kindred.Data.Pictures;

namespace Kindred.Data.Views;

/// <summary>A view in the making: planes of numbers in 0…1 that the operations change in turn.</summary>
/// <remarks>
/// The picture's bytes are turned into planes by the first operation that needs them, so that a crop reads only its part.
/// Pixel-by-pixel operations are not run when they are asked for but gathered, and run together tile by tile in cache
/// (<see cref="PointProgram"/>); whoever looks at the planes sees the finished result.
/// </remarks>
public sealed unsafe class Canvas
{
    readonly PinnedBuffer<float> first = new(), second = new();
    readonly PinnedBuffer<float> line = new();
    readonly PointProgram program = new();
    bool frontIsFirst = true;
    Picture? source;

    internal Resampler Resampler { get; } = new();

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>Columns.</summary>
    public int Width { get; private set; }

    /// <summary>Planes: 1 grey, 3 colour; 2 after a channel selection.</summary>
    public int Channels { get; private set; }

    /// <summary>The shape now.</summary>
    public ViewShape Shape => new(Height, Width, Channels);

    /// <summary>Pixels a plane.</summary>
    public int Area => Height * Width;

    /// <summary>The colour behind transparent pixels and outside the picture, red, green and blue in 0…1; white unless drawn.</summary>
    public (float Red, float Green, float Blue) Background { get; set; } = (1, 1, 1);

    /// <summary>Whether the next crop or resize mirrors as well, because a later flip was moved forward.</summary>
    internal bool Mirror { get; set; }

    /// <summary>Floats from one plane to the next: whole vectors, with room to write past the last pixel.</summary>
    internal int PlaneStride => (Area + 31) & ~15;

    /// <summary>The first plane's address, whatever is pending.</summary>
    internal float* Planes => Front.Pointer;

    /// <summary>The pending point operations.</summary>
    internal PointProgram Program => program;

    /// <summary>The picture, while no operation has read it.</summary>
    internal Picture? Source => source;

    PinnedBuffer<float> Front => frontIsFirst ? first : second;

    PinnedBuffer<float> Back => frontIsFirst ? second : first;

    /// <summary>Starts a new view of a picture.</summary>
    /// <param name="picture">The pixels; they are read, not kept.</param>
    public void Begin(Picture picture)
    {
        source = picture;
        (Height, Width, Channels) = (picture.Height, picture.Width, picture.Channels < 3 ? 1 : 3);
        Background = (1, 1, 1);
        Mirror = false;
        program.Clear();
    }

    /// <summary>One plane, row after row, to read and write.</summary>
    /// <param name="channel">0 to <see cref="Channels"/> − 1.</param>
    public Span<float> Plane(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)channel, (uint)Channels, nameof(channel));
        return new(Pointer(channel), Area);
    }

    /// <summary>Replaces the picture by a new one of the given size.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="channels">1 to 4.</param>
    /// <returns>The old planes, valid until the next replacement; write all of the new ones.</returns>
    /// <exception cref="ConfigurationException">The size is none that a view can have.</exception>
    public OldPlanes Replace(int height, int width, int channels)
    {
        Settle();
        var old = new OldPlanes(Front.Pointer, PlaneStride, Height, Width, Channels);
        Switch(height, width, channels);
        return old;
    }

    /// <summary>A plane's address, all pending work done.</summary>
    internal float* Pointer(int channel)
    {
        Settle();
        return Front.Pointer + (channel * PlaneStride);
    }

    /// <summary>Makes the planes real: bytes read, point operations run.</summary>
    internal void Settle()
    {
        Load();
        program.Run(Front.Pointer, PlaneStride, Area, Channels);
    }

    /// <summary>Runs what is pending and returns the mean grey of the picture.</summary>
    internal float SettleAndMeanGrey()
    {
        Load();
        return program.RunForMeanGrey(Front.Pointer, PlaneStride, Area, Channels);
    }

    /// <summary>The picture's bytes become planes, if they have not yet.</summary>
    internal void Load()
    {
        if (source is null)
            return;
        var picture = TakeSource();
        Switch(Height, Width, Channels);
        PixelRows.ToPlanes(picture, Background, Front.Pointer, PlaneStride);
    }

    /// <summary>Asks for a point operation; it is run when somebody looks.</summary>
    internal void Point(in PointOperation operation)
    {
        Load();
        if (program.IsFull)
            Settle();
        program.Add(operation);
    }

    /// <summary>Hands the unread picture to an operation that reads its own part of it.</summary>
    internal Picture TakeSource()
    {
        var picture = source!;
        source = null;
        return picture;
    }

    /// <summary>Swaps the buffers and sets the size; returns the new first plane.</summary>
    /// <exception cref="ConfigurationException">The size is none that a view can have; the canvas is as it was.</exception>
    internal float* Switch(int height, int width, int channels)
    {
        ViewLimits.Require(height, width, channels);
        frontIsFirst = !frontIsFirst;
        (Height, Width, Channels) = (height, width, channels);
        return Front.Reserve((Int128)PlaneStride * channels);
    }

    /// <summary>Room for planes of the present shape, lost at the next <see cref="Replace"/>.</summary>
    internal float* Spare() => Back.Reserve((Int128)PlaneStride * Channels);

    /// <summary>Room for one line of numbers, lost at the next call: too long for a thread's stack where a picture is wide.</summary>
    internal float* Line(int count) => line.Reserve(count);

    /// <summary>The spare planes become the picture.</summary>
    internal void KeepSpare() => frontIsFirst = !frontIsFirst;
}

/// <summary>The planes a canvas had before it was given a new size.</summary>
public readonly unsafe ref struct OldPlanes
{
    internal readonly float* Start;
    internal readonly int Stride;

    internal OldPlanes(float* start, int stride, int height, int width, int channels)
    {
        Start = start;
        Stride = stride;
        (Height, Width, Channels) = (height, width, channels);
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Planes.</summary>
    public int Channels { get; }

    /// <summary>One plane, row after row.</summary>
    /// <param name="channel">0 to <see cref="Channels"/> − 1.</param>
    public ReadOnlySpan<float> Plane(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)channel, (uint)Channels, nameof(channel));
        return new(Start + (channel * Stride), Height * Width);
    }
}
