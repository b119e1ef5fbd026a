namespace Kindred.Data.Graphs;

/// <summary>Atoms and bonds of a molecule, hydrogens left out unless they matter.</summary>
/// <param name="Atoms">Atomic numbers; 0 is an atom that may be any.</param>
/// <param name="Bonds">Each once, between two different atoms.</param>
public sealed record Molecule(IReadOnlyList<int> Atoms, IReadOnlyList<(int A, int B)> Bonds)
{
    // The elements that get a feature of their own; all others share the last.
    static readonly int[] own = [5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53];

    /// <summary>Features of an atom: B, C, N, O, F, Si, P, S, Cl, Se, Br, I, and one for every other.</summary>
    public static int Width => own.Length + 1;

    /// <summary>The molecule as a graph: one-hot elements, bonds of any kind alike.</summary>
    public GraphSample Graph()
    {
        var features = new double[Atoms.Count * Width];
        for (var i = 0; i < Atoms.Count; i++) features[(i * Width) + (Array.IndexOf(own, Atoms[i]) is >= 0 and var place ? place : own.Length)] = 1;
        return new(features, Width, GraphEdit.Sorted(Bonds.SelectMany<(int, int), (int, int)>(b => [b, (b.Item2, b.Item1)])));
    }
}
