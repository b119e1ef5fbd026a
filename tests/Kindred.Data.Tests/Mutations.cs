using System.Text;

namespace Kindred.Data.Tests;

/// <summary>Flips, cuts, doubles and overwrites bytes of a good file; a reader may succeed or throw a DataException, nothing else.</summary>
static class Mutations
{
    static readonly byte[][] Spiteful =
    [
        [0], [0xFF], [0x80], "\""u8.ToArray(), ","u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\t"u8.ToArray(), "/"u8.ToArray(), ".."u8.ToArray(), " "u8.ToArray(),
        "777777777777"u8.ToArray(), "9223372036854775807"u8.ToArray(), "-1"u8.ToArray(), [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF],
    ];

    /// <param name="random">Chooses what is changed.</param>
    /// <param name="good">A file that can be read.</param>
    /// <param name="times">How many mutants.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="mend">Makes a mutant plausible again (a checksum), so that it gets past the first test.</param>
    internal static void Run(Random random, byte[] good, int times, Action<byte[]> read, Action<byte[]>? mend = null)
    {
        for (var i = 0; i < times; i++)
        {
            var bytes = Mutant(random, good);
            mend?.Invoke(bytes);
            try
            {
                read(bytes);
            }
            catch (DataException exception)
            {
                Assert.True(exception.Message.Length > 20, exception.Message);
            }
            catch (Exception exception)
            {
                Assert.Fail($"mutant {i} ({Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(300, bytes.Length)))}…): {exception}");
            }
        }
    }

    static byte[] Mutant(Random random, byte[] good)
    {
        var bytes = good.ToList();
        for (var n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: Overwrite(bytes, at, Spiteful[random.Next(Spiteful.Length)]); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at))); break;
                case 4: bytes.InsertRange(at, Spiteful[random.Next(Spiteful.Length)]); break;
                default: bytes.RemoveRange(at, random.Next(10) == 0 ? bytes.Count - at : 0); break;
            }
        }
        return [.. bytes];
    }

    static void Overwrite(List<byte> bytes, int at, byte[] by)
    {
        for (var i = 0; i < by.Length && at + i < bytes.Count; i++)
            bytes[at + i] = by[i];
    }
}
