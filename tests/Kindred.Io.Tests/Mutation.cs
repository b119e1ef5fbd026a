namespace Kindred.Io.Tests;

/// <summary>Flips, cuts, doubles and overwrites bytes of a good file; a reader may succeed or throw a DataException, nothing else.</summary>
static class Mutation
{
    /// <summary>So many in the suite, and so many with KINDRED_LARGE=1 (S3, S5).</summary>
    public static int Times(int suite, int large) => Environment.GetEnvironmentVariable("KINDRED_LARGE") == "1" ? large : suite;

    static readonly byte[] Spiteful = [0, 1, 0x7F, 0x80, 0xFF, (byte)'{', (byte)'"', (byte)'}', (byte)'[', (byte)'9', (byte)'-'];

    public static void Run(Random random, byte[] seed, int times, Action<byte[]> read)
    {
        for (var i = 0; i < times; i++)
        {
            var mutated = Mutate(random, seed);
            try
            {
                read(mutated);
            }
            catch (DataException)
            {
                // The expected answer.
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i} ({Convert.ToHexString(mutated.AsSpan(0, Math.Min(200, mutated.Length)))}…): {e}");
            }
        }
    }

    static byte[] Mutate(Random random, byte[] seed)
    {
        var bytes = seed.ToList();
        for (var n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = Spiteful[random.Next(Spiteful.Length)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at))); break;
                default: bytes.RemoveRange(at, random.Next(50) == 0 ? bytes.Count - at : 0); break;
            }
        }

        return [.. bytes];
    }
}
