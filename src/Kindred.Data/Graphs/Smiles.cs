namespace Kindred.Data.Graphs;

/// <summary>Reads a molecule from a line of SMILES.</summary>
/// <remarks>
/// Weininger, "SMILES, a chemical language and information system", 1988, as OpenSMILES writes it down: organic subset, brackets, branches, ring closures, parts. What a
/// graph does not hold is read and dropped: charges, isotopes, chirality, bond orders; aromatic small letters are the same elements as capitals. Hydrogens that say no more than
/// that they are there are left out, as RDKit does.
/// </remarks>
public ref struct Smiles
{
    const string Symbols = " H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba "
        + "La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og";

    const string Bonds = "-=#$:/\\";

    static readonly string[] elements = Symbols.Split(' ');
    static readonly string[] organic = ["B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I"];
    static readonly string[] aromatic = ["b", "c", "n", "o", "p", "s", "se", "as", "te"];

    readonly ReadOnlySpan<char> text;
    readonly List<(int Number, bool Plain)> atoms = [];
    readonly HashSet<(int A, int B)> bonds = [];
    readonly Dictionary<int, (int Atom, char? Bond, int At)> rings = [];
    readonly Stack<(int Atom, int At)> branches = [];
    int at, last = -1;
    char? bond;

    Smiles(ReadOnlySpan<char> text) => this.text = text;

    /// <summary>Reads a molecule.</summary>
    /// <param name="text">Without blanks around it.</param>
    /// <exception cref="FormatException">It is no SMILES; the message has the place, counted from 1.</exception>
    public static Molecule Parse(ReadOnlySpan<char> text) => new Smiles(text).Read();

    Molecule Read()
    {
        if (text.IsEmpty) throw new FormatException("there is no SMILES");
        while (at < text.Length) Next();
        if (bond is { } open) throw Wrong(text.Length - 1, $"the bond '{open}' leads to no atom");
        if (branches.TryPeek(out var branch)) throw Wrong(branch.At, "the branch '(' is not closed");
        foreach (var (number, ring) in rings) throw Wrong(ring.At, $"ring {number} is not closed");
        if (last < 0) throw Wrong(text.Length - 1, "the last part has no atom");
        return WithoutHydrogens();
    }

    void Next()
    {
        var c = text[at];
        if (c == '(')
        {
            if (last < 0) throw Wrong(at, "a branch begins before any atom");
            if (bond is not null) throw Wrong(at, "a bond stands before a branch instead of within it");
            branches.Push((last, at++));
            if (at < text.Length && text[at] == ')') throw Wrong(at, "a branch is empty");
        }
        else if (c == ')')
        {
            if (!branches.TryPop(out var branch)) throw Wrong(at, "')' closes no branch");
            if (bond is not null) throw Wrong(at, "a bond leads to no atom");
            last = branch.Atom;
            at++;
        }
        else if (c == '.')
        {
            if (last < 0 || bond is not null) throw Wrong(at, "'.' stands where an atom was expected");
            last = -1;
            at++;
        }
        else if (Bonds.Contains(c, StringComparison.Ordinal))
        {
            if (last < 0) throw Wrong(at, $"the bond '{c}' comes from no atom");
            if (bond is not null) throw Wrong(at, "two bonds follow each other");
            bond = c;
            at++;
        }
        else if (c is '%' or (>= '0' and <= '9')) Ring();
        else if (c == '[') Bracket();
        else Bare();
    }

    void Ring()
    {
        var start = at;
        int number;
        if (text[at] == '%')
        {
            if (at + 2 >= text.Length || !char.IsAsciiDigit(text[at + 1]) || !char.IsAsciiDigit(text[at + 2])) throw Wrong(at, "'%' is followed by two digits");
            number = ((text[at + 1] - '0') * 10) + text[at + 2] - '0';
            at += 3;
        }
        else number = text[at++] - '0';
        if (last < 0) throw Wrong(start, $"ring {number} opens before any atom");
        if (!rings.Remove(number, out var open)) rings[number] = (last, bond, start);
        else
        {
            if (open.Atom == last) throw Wrong(start, $"ring {number} closes at the atom that opened it");
            if (open.Bond is { } one && bond is { } two && one != two && !(one is '/' or '\\' && two is '/' or '\\'))
                throw Wrong(start, $"ring {number} opens with the bond '{one}' and closes with '{two}'");
            Join(open.Atom, last, start);
        }
        bond = null;
    }

    void Bare()
    {
        var name = at + 1 < text.Length && text.Slice(at, 2) is "Cl" or "Br" ? text.Slice(at, 2).ToString() : text[at].ToString();
        if (name == "*") Add(0, false);
        else if (Array.IndexOf(organic, name) >= 0) Add(Array.IndexOf(elements, name), false);
        else if (name.Length == 1 && Array.IndexOf(aromatic, name) >= 0) Add(Array.IndexOf(elements, name.ToUpperInvariant()), false);
        else throw Wrong(at, $"'{name}' is no atom, bond, ring or branch; atoms other than {string.Join(' ', organic)} stand in brackets, such as [Na+]");
        at += name.Length;
    }

    void Bracket()
    {
        var start = at++;
        var isotope = Digits(3);
        var number = Element(start);
        while (Here('@')) at++;
        // @TH1, @AL2 and their kin.
        if (text[at - 1] == '@' && at + 2 < text.Length && (text.Slice(at, 2) is "TH" or "AL" or "SP" or "TB" or "OH") && char.IsAsciiDigit(text[at + 2]))
        {
            at += 2;
            Digits(2);
        }
        var hydrogens = Here('H');
        if (hydrogens)
        {
            at++;
            Digits(1);
        }
        var charge = Here('+') || Here('-');
        if (charge)
        {
            var sign = text[at++];
            if (Digits(2) is null) while (Here(sign)) at++;
        }
        if (Here(':'))
        {
            at++;
            if (Digits(9) is null) throw Wrong(at, "':' is followed by the number of a class");
        }
        if (!Here(']')) throw at >= text.Length ? Wrong(start, "the bracket '[' is not closed") : Wrong(at, $"'{text[at]}' stands where the bracket should end");
        at++;
        Add(number, number == 1 && isotope is null && !charge && !hydrogens);
    }

    int Element(int start)
    {
        if (Here('*'))
        {
            at++;
            return 0;
        }
        for (var length = Math.Min(2, text.Length - at); length > 0; length--)
        {
            var name = text.Slice(at, length).ToString();
            var found = Array.IndexOf(elements, name) is > 0 and var own ? own : Array.IndexOf(aromatic, name) >= 0 ? Array.IndexOf(elements, char.ToUpperInvariant(name[0]) + name[1..]) : 0;
            if (found == 0) continue;
            at += length;
            return found;
        }
        throw at >= text.Length ? Wrong(start, "the bracket '[' is not closed") : Wrong(at, $"there is no element '{text.Slice(at, Math.Min(2, text.Length - at)).TrimEnd(']')}'");
    }

    readonly bool Here(char c) => at < text.Length && text[at] == c;

    int? Digits(int most)
    {
        int? number = null;
        for (; most > 0 && at < text.Length && char.IsAsciiDigit(text[at]); most--) number = (number.GetValueOrDefault() * 10) + text[at++] - '0';
        return number;
    }

    void Add(int number, bool plain)
    {
        atoms.Add((number, plain));
        if (last >= 0) Join(last, atoms.Count - 1, at);
        last = atoms.Count - 1;
        bond = null;
    }

    readonly void Join(int a, int b, int where)
    {
        if (!bonds.Add((Math.Min(a, b), Math.Max(a, b)))) throw Wrong(where, "two atoms are bound to each other twice");
    }

    readonly Molecule WithoutHydrogens()
    {
        var neighbours = new List<int>[atoms.Count];
        for (var i = 0; i < neighbours.Length; i++) neighbours[i] = [];
        foreach (var (a, b) in bonds)
        {
            neighbours[a].Add(b);
            neighbours[b].Add(a);
        }
        var place = new int[atoms.Count];
        List<int> kept = [];
        for (var i = 0; i < place.Length; i++)
        {
            var left = atoms[i].Plain && neighbours[i].Count == 1 && atoms[neighbours[i][0]].Number != 1;
            place[i] = left ? -1 : kept.Count;
            if (!left) kept.Add(atoms[i].Number);
        }
        return new(kept, [.. bonds.Where(b => place[b.A] >= 0 && place[b.B] >= 0).Select(b => (place[b.A], place[b.B]))]);
    }

    static FormatException Wrong(int at, string what) => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"character {at + 1}: {what}"));
}
