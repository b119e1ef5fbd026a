using Kindred.Randomness;

namespace Kindred.Sampling;

/// <summary>Puts things in random order, the same for the same numbers.</summary>
public abstract class Shuffler
{
    /// <summary>Draws by key: each order follows from its key alone, whatever was shuffled before it.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="epoch">The pass over the data.</param>
    public static Shuffler Keyed(ulong seed, int epoch = 0) => new ByKey(seed, epoch);

    /// <summary>Draws one after the other from <see cref="Random"/>: how labels have been chosen for semi-supervised training since its first figures. New code takes <see cref="Keyed"/>.</summary>
    /// <param name="seed">The seed.</param>
    public static Shuffler InTurn(int seed) => new OneByOne(new Random(seed));

    /// <summary>The items in random order.</summary>
    /// <param name="items">Stay as they are.</param>
    /// <param name="key">Which order, such as the number of the class or of the pass.</param>
    public abstract int[] Shuffled(IReadOnlyList<int> items, long key);

    sealed class ByKey(ulong seed, int epoch) : Shuffler
    {
        public override int[] Shuffled(IReadOnlyList<int> items, long key)
        {
            var order = new int[items.Count];
            new RandomKey(seed, epoch, key, 0).Draws().Permutation(order);
            return Array.ConvertAll(order, i => items[i]);
        }
    }

    sealed class OneByOne(Random random) : Shuffler
    {
        public override int[] Shuffled(IReadOnlyList<int> items, long key)
        {
            int[] order = [.. items];
            random.Shuffle(order);
            return order;
        }
    }
}
