using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Kindred.Io;

/// <summary>One scalar in an event file.</summary>
/// <param name="Step">The step.</param>
/// <param name="Tag">Its name, such as <c>train/loss</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Time">When it was written, in seconds since 1970.</param>
public readonly record struct EventScalar(long Step, string Tag, float Value, double Time);

/// <summary>Writes what TensorBoard shows: scalars, histograms and pictures.</summary>
/// <remarks>
/// The file is a row of records (length, masked CRC-32C of the length, content, masked CRC-32C of the content); each content is a protocol-buffer
/// <c>Event</c> (tensorflow/core/util/event.proto, framework/summary.proto).
/// </remarks>
public sealed class EventFile : IDisposable
{
    const int WallTime = 1, StepField = 2, FileVersion = 3, Summary = 5, SessionLog = 7, SummaryValue = 1, TagField = 1, SimpleValue = 2, Image = 4, Histogram = 5;
    const int MaxRecord = 1 << 28;

    readonly FileStream stream;
    readonly TimeProvider clock;

    EventFile(FileStream stream, TimeProvider clock)
    {
        this.stream = stream;
        this.clock = clock;
    }

    /// <summary>Begins a file in a folder, under a name that TensorBoard recognises and that no other process takes.</summary>
    /// <param name="folder">The folder; created when it is not there.</param>
    /// <param name="clock">Tells the time; left out, the machine's.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public static EventFile Create(string folder, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds();

        for (var attempt = 0; ; attempt++)
        {
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:D10}.{Environment.MachineName}.{Environment.ProcessId}.{attempt}"));

            try
            {
                Directory.CreateDirectory(folder);
                var file = new EventFile(new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), clock);
                file.Write(file.Begin(null).Text(FileVersion, "brain.Event:2"));
                file.Flush();
                return file;
            }
            catch (IOException) when (File.Exists(path) && attempt < 1000)
            {
                // Another file of this second has the name: take the next number.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageFailure.Explain(path, 0, e);
            }
        }
    }

    /// <summary>The file.</summary>
    public string Name => stream.Name;

    /// <summary>Writes a number.</summary>
    /// <param name="tag">Its name, such as <c>train/loss</c>.</param>
    /// <param name="step">The step.</param>
    /// <param name="value">Its value.</param>
    public void Scalar(string tag, long step, double value) => Value(tag, step, v => v.Float(SimpleValue, (float)value));

    /// <summary>Writes the distribution of some numbers over thirty equal buckets.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">The step.</param>
    /// <param name="values">The numbers; not finite ones are left out.</param>
    public void Distribution(string tag, long step, ReadOnlySpan<float> values)
    {
        var histogram = EventHistogram.Of(values);
        Value(tag, step, v => v.Message(Histogram, histogram.Write));
    }

    /// <summary>Writes a picture.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">The step.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="png">The encoded picture.</param>
    public void Picture(string tag, long step, int width, int height, byte[] png)
    {
        const int rgb = 3;
        Value(tag, step, v => v.Message(Image, i => i.Varint(1, height).Varint(2, width).Varint(3, rgb).Bytes(4, png)));
    }

    /// <summary>Tells TensorBoard that the run goes on from here, so that it forgets what older files say of this step and later ones.</summary>
    /// <param name="step">The first step that comes again.</param>
    public void Restart(long step) => Write(Begin(step).Message(SessionLog, s => s.Varint(1, 1)));

    /// <summary>Hands what was written to the operating system, so that TensorBoard sees it.</summary>
    public void Flush() => stream.Flush();

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>The scalars of a file; a torn last record is left out.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The scalars in order.</returns>
    /// <exception cref="DataException">A checksum is wrong, or a record is not an event.</exception>
    public static IReadOnlyList<EventScalar> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Read(stream, path);
    }

    internal static List<EventScalar> Read(Stream stream, string path)
    {
        var scalars = new List<EventScalar>();

        while (ReadRecord(stream, path) is { } record)
        {
            try
            {
                ReadEvent(record, scalars);
            }
            catch (DataException e)
            {
                throw new DataException($"{path}: the record that ends at byte {stream.Position} is not an event: {e.Message}.", e);
            }
        }

        return scalars;
    }

    static byte[]? ReadRecord(Stream stream, string path)
    {
        var head = new byte[12];

        if (stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12)
            return null;

        var length = BinaryPrimitives.ReadUInt64LittleEndian(head);

        if (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) != Mask(head.AsSpan(0, 8)) || length > MaxRecord)
            throw new DataException($"{path} is not an event file, or is damaged before byte {stream.Position}.");

        if ((long)length + 4 > stream.Length - stream.Position)
            return null;

        var content = new byte[length];
        stream.ReadExactly(content);
        stream.ReadExactly(head, 0, 4);

        return BinaryPrimitives.ReadUInt32LittleEndian(head) == Mask(content)
            ? content : throw new DataException($"{path} is damaged before byte {stream.Position}: the checksum of a record is wrong.");
    }

    static void ReadEvent(byte[] record, List<EventScalar> scalars)
    {
        var (time, step) = (0.0, 0L);
        var reader = new ProtoReader(record);

        while (reader.Next())
        {
            if (reader.Field == WallTime)
                time = reader.AsDouble;
            else if (reader.Field == StepField)
                step = (long)reader.Bits;
            else if (reader.Field == Summary)
                ReadSummary(reader.Content, step, time, scalars);
        }
    }

    static void ReadSummary(ReadOnlySpan<byte> summary, long step, double time, List<EventScalar> scalars)
    {
        var values = new ProtoReader(summary);

        while (values.Next())
        {
            var (tag, value) = ("", default(float?));
            var fields = new ProtoReader(values.Content);

            while (fields.Next())
            {
                if (fields.Field == TagField)
                    tag = fields.AsText;
                else if (fields.Field == SimpleValue)
                    value = fields.AsFloat;
            }

            if (value is { } scalar)
                scalars.Add(new(step, tag, scalar, time));
        }
    }

    void Value(string tag, long step, Action<ProtoWriter> write) =>
        Write(Begin(step).Message(Summary, s => s.Message(SummaryValue, v =>
        {
            v.Text(TagField, tag);
            write(v);
        })));

    ProtoWriter Begin(long? step)
    {
        var written = new ProtoWriter().Double(WallTime, clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        return step is { } s ? written.Varint(StepField, s) : written;
    }

    void Write(ProtoWriter written)
    {
        var content = written.ToArray();
        var head = new byte[12];
        var tail = new byte[4];

        BinaryPrimitives.WriteInt64LittleEndian(head, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Mask(head.AsSpan(0, 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Mask(content));
        stream.Write(head);
        stream.Write(content);
        stream.Write(tail);
    }

    /// <summary>CRC-32C, rotated and offset, as TFRecord files have it.</summary>
    internal static uint Mask(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;

        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));

        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }
}
