namespace Kindred.Randomness;

/// <summary>The address of a stream of random numbers: the same key gives the same numbers, whichever thread asks and in whatever order.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">The pass over the data.</param>
/// <param name="Sample">The picture's index in its source.</param>
/// <param name="View">Which view of the picture, 0 to 65535.</param>
public readonly record struct RandomKey(ulong Seed, int Epoch, long Sample, int View)
{
    /// <summary>Opens the stream at its beginning.</summary>
    /// <param name="stream">Several independent streams hang on one key, 0 to 65535: one for each operation of a view plan.</param>
    public Draws Draws(int stream = 0) => new(this, stream);

    /// <summary>Seed and epoch mixed into one cipher key.</summary>
    internal ulong CipherKey => Mix(Mix(Seed) + ((ulong)(uint)Epoch * 0x9E3779B97F4A7C15));

    /// <summary>SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014): neighbouring inputs, unrelated outputs.</summary>
    static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
