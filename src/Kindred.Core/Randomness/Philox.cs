
namespace Kindred.Randomness;

/// <summary>Philox4x32-10: a block cipher that turns a counter into four random words, so that any draw can be made without the ones before it.</summary>
/// <remarks>Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, Sec. 3.3 and Table 2.</remarks>
public static class Philox
{
    const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    const int Rounds = 10;

    /// <summary>Enciphers one counter.</summary>
    /// <param name="counter">The 128-bit counter, four words.</param>
    /// <param name="key">The 64-bit key; its low half is the first word.</param>
    /// <returns>Four words, uniform and independent from counter to counter and key to key.</returns>
    public static (uint A, uint B, uint C, uint D) Block((uint A, uint B, uint C, uint D) counter, ulong key)
    {
        var (a, b, c, d) = counter;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var p0 = (ulong)Multiplier0 * a;
            var p1 = (ulong)Multiplier1 * c;
            (a, b, c, d) = ((uint)(p1 >> 32) ^ b ^ k0, (uint)p1, (uint)(p0 >> 32) ^ d ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (a, b, c, d);
    }
}
