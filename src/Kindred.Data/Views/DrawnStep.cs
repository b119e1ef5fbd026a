using System.Runtime.CompilerServices;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>What one operation drew for one view: whether it acts, up to eight numbers, and the seed of its pixel noise.</summary>
public struct DrawnStep
{
    /// <summary>The numbers an operation may keep.</summary>
    public const int Capacity = 8;

    Numbers numbers;

    /// <summary>Whether the operation acts on this view at all.</summary>
    public bool Applied { get; set; }

    /// <summary>Opens the operation's stream of pixel noise (<see cref="Kindred.Randomness.Draws(ulong)"/>), where it has one.</summary>
    public ulong Noise { get; set; }

    /// <summary>The operation's numbers, in the operation's own order.</summary>
    /// <param name="index">0 to 7.</param>
    public float this[int index]
    {
        readonly get => numbers[index];
        set => numbers[index] = value;
    }

    [InlineArray(Capacity)]
    struct Numbers
    {
        float first;
    }
}
