namespace Kindred.Randomness;

/// <summary>A counter-based stream of random numbers; a value, cheap to open and to copy, that allocates nothing.</summary>
/// <remarks>Copying a <see cref="Draws"/> copies its position: pass it by reference to go on drawing.</remarks>
public struct Draws
{
    readonly ulong key;
    readonly uint lane;
    readonly long sample;
    uint block;
    uint a, b, c, d;
    int left;

    /// <summary>Opens the stream of a key.</summary>
    /// <param name="key">Seed, epoch, sample and view.</param>
    /// <param name="stream">Which of the key's streams, 0 to 65535.</param>
    public Draws(in RandomKey key, int stream = 0)
    {
        this.key = key.CipherKey;
        sample = key.Sample;
        lane = ((uint)key.View << 16) | (ushort)stream;
    }

    /// <summary>Opens a stream from a bare number, itself drawn from another stream: noise over all pixels, for example.</summary>
    /// <param name="noise">The number.</param>
    public Draws(ulong noise)
    {
        key = noise;
        sample = -1;
        lane = uint.MaxValue;
    }

    /// <summary>32 random bits.</summary>
    public uint Bits()
    {
        if (left == 0)
        {
            (a, b, c, d) = Philox.Block((block++, lane, (uint)sample, (uint)(sample >> 32)), key);
            left = 4;
        }
        return left-- switch { 4 => a, 3 => b, 2 => c, _ => d };
    }

    /// <summary>64 random bits.</summary>
    public ulong LongBits() => ((ulong)Bits() << 32) | Bits();

    /// <summary>Uniform in [0, 1), with 32 random bits.</summary>
    public double Uniform() => Bits() * (1.0 / 4294967296.0);

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Log-uniform: every doubling between the two bounds is equally likely.</summary>
    /// <param name="low">Lower bound, above 0.</param>
    /// <param name="high">Upper bound.</param>
    public double LogUniform(double low, double high) => Math.Exp(Uniform(Math.Log(low), Math.Log(high)));

    /// <summary>True with probability <paramref name="probability"/>; draws one number whatever the probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>A whole number in [0, <paramref name="count"/>), every one equally likely (Lemire 2019, without bias).</summary>
    /// <param name="count">How many numbers to choose from, at least 1.</param>
    public int Integer(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var product = (ulong)Bits() * (uint)count;
        if ((uint)product < (uint)count)
        {
            var reject = (uint)-count % (uint)count;
            while ((uint)product < reject)
                product = (ulong)Bits() * (uint)count;
        }
        return (int)(product >> 32);
    }

    /// <summary>A standard normal number (Box and Muller 1958, the cosine half).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(Math.Tau * Uniform());

    /// <summary>Two independent standard normal numbers for the price of one.</summary>
    public (double First, double Second) NormalPair()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
        var (sine, cosine) = Math.SinCos(Math.Tau * Uniform());
        return (radius * cosine, radius * sine);
    }

    /// <summary>A gamma number of the given shape and scale 1 (Marsaglia and Tsang 2000).</summary>
    /// <param name="shape">Above 0.</param>
    public double Gamma(double shape)
    {
        if (shape < 1)
            return Gamma(shape + 1) * Math.Pow(1 - Uniform(), 1 / shape);
        var third = shape - (1.0 / 3);
        var slope = 1 / Math.Sqrt(9 * third);
        while (true)
        {
            var x = Normal();
            var cube = Math.Pow(1 + (slope * x), 3);
            if (cube > 0 && Math.Log(1 - Uniform()) < (0.5 * x * x) + third - (third * cube) + (third * Math.Log(cube)))
                return third * cube;
        }
    }

    /// <summary>A Beta(<paramref name="alpha"/>, <paramref name="beta"/>) number in [0, 1].</summary>
    /// <param name="alpha">Above 0.</param>
    /// <param name="beta">Above 0.</param>
    public double Beta(double alpha, double beta)
    {
        var x = Gamma(alpha);
        return x / (x + Gamma(beta));
    }

    /// <summary>A Poisson count: by products of uniforms below 30, by the rounded normal of the same mean and variance from there.</summary>
    /// <param name="mean">At least 0.</param>
    public int Poisson(double mean)
    {
        if (mean >= 30)
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var limit = Math.Exp(-mean);
        var count = 0;
        for (var product = 1 - Uniform(); product > limit; product *= 1 - Uniform())
            count++;
        return count;
    }

    /// <summary>Fills a span with a random order of 0 … length − 1, all orders equally likely (Fisher and Yates).</summary>
    public void Permutation(Span<int> order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            var j = Integer(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }
}
