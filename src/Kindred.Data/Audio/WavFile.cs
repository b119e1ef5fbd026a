using System.Buffers.Binary;
using Kindred.Io;

namespace Kindred.Data.Audio;

/// <summary>Reads sound from RIFF WAVE files: 8, 16, 24 or 32 bits of PCM, or 32-bit floats; channels are averaged.</summary>
public static class WavFile
{
    internal const int MaxBytes = 1 << 28;
    const uint Open = 0x7FFF_0000;
    const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    /// <summary>The samples in −1…1 and how many there are a second.</summary>
    /// <param name="path">The file, of at most 256 MiB.</param>
    /// <exception cref="DataException">It is no WAVE file, is cut off, has no sample or one that is no finite number, or holds another encoding.</exception>
    public static (float[] Samples, int Rate) Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new DataException($"{path}: larger than {MaxBytes >> 20} MiB; cut it into shorter recordings.");
            return Parse(RegularFile.ReadAllBytes(path, MaxBytes), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The same from memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    public static (float[] Samples, int Rate) Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < 12 || !bytes[..4].SequenceEqual("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8))
            throw new DataException($"{name}: no WAVE file; expected are RIFF and WAVE at its beginning.");
        ReadOnlySpan<byte> format = default;
        for (var at = 12; at + 8 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            var rest = bytes[(at + 8)..];
            var isData = bytes.Slice(at, 4).SequenceEqual("data"u8);
            // A program that writes into a pipe cannot come back and say how long the sound has become: it leaves 0 or a very large number.
            if (isData && (length == 0 || length >= Open)) length = (uint)rest.Length;
            if (isData && length > rest.Length)
                throw new DataException($"{name}: cut off: {length} bytes of samples are announced, and {rest.Length} are there. Fetch it again.");
            var body = rest[..(int)Math.Min(length, (uint)rest.Length)];
            if (bytes.Slice(at, 4).SequenceEqual("fmt "u8)) format = body;
            if (isData) return Decode(format, body, name);
            at += 8 + body.Length + (body.Length & 1);
        }
        throw new DataException($"{name}: the file has no samples; it may be cut off.");
    }

    static (float[] Samples, int Rate) Decode(ReadOnlySpan<byte> format, ReadOnlySpan<byte> data, string name)
    {
        if (format.Length < 16) throw new DataException($"{name}: the samples come without a format before them.");
        int kind = BinaryPrimitives.ReadUInt16LittleEndian(format), channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        int rate = BinaryPrimitives.ReadInt32LittleEndian(format[4..]), bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (kind == Extensible && format.Length >= 26) kind = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]);
        if (channels is < 1 or > 64 || rate < 1 || (kind, bits) is not ((Pcm, 8 or 16 or 24 or 32) or (Float, 32)))
            throw new DataException($"{name}: encoding {kind} with {bits} bits, {channels} channels at {rate} Hz; expected is PCM or 32-bit floats (ffmpeg -i IN -c:a pcm_s16le OUT.wav converts).");
        var width = bits / 8;
        var samples = new float[data.Length / (width * channels)];
        if (samples.Length == 0) throw new DataException($"{name}: there is no sound in it, not one sample.");
        for (var i = 0; i < samples.Length; i++)
        {
            var sum = 0f;
            for (var c = 0; c < channels; c++) sum += Sample(data[(((i * channels) + c) * width)..], kind, bits);
            samples[i] = float.IsFinite(sum) ? sum / channels : throw new DataException($"{name}: sample {i + 1} is no finite number; write the sound anew (ffmpeg -i IN -c:a pcm_s16le OUT.wav).");
        }
        return (samples, rate);
    }

    static float Sample(ReadOnlySpan<byte> at, int kind, int bits) => (kind, bits) switch
    {
        (Float, _) => BinaryPrimitives.ReadSingleLittleEndian(at),
        (_, 8) => (at[0] - 128) / 128f,
        (_, 16) => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768f,
        (_, 24) => ((at[0] << 8) | (at[1] << 16) | (at[2] << 24)) / 2147483648f,
        _ => BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648f,
    };
}
