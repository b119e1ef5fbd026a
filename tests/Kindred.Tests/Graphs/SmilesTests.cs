using Kindred.Data.Graphs;
using Kindred.Data.Sources;
using Kindred.Experiments.Modalities;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Tests.Graphs;

/// <summary>Molecules: what a line means, what is wrong with one that means nothing, and files of them.</summary>
public sealed class SmilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-smiles-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Of atoms: their numbers in the periodic table.
    static readonly Dictionary<string, int> numbers = new() { ["B"] = 5, ["C"] = 6, ["N"] = 7, ["O"] = 8, ["F"] = 9, ["Na"] = 11, ["Si"] = 14, ["P"] = 15, ["S"] = 16, ["Cl"] = 17,
        ["K"] = 19, ["Cu"] = 29,
        ["As"] = 33, ["Se"] = 34, ["Br"] = 35, ["Sn"] = 50, ["Sb"] = 51, ["I"] = 53, ["Hg"] = 80 };

    public static TheoryData<int> Lines => [.. Enumerable.Range(0, 4)];

    [Theory, MemberData(nameof(Lines))]
    public void Atoms_and_bonds_are_those_of_the_tables_that_ship_beside_the_lines(int quarter)
    {
        string[] lines = [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Kindred.Tests/Graphs/References/nci200.tsv")).Where(l => l[0] != '#')];
        Assert.Equal(200, lines.Length);
        foreach (var cells in lines.Skip(50 * quarter).Take(50).Select(l => l.Split('\t')))
        {
            var molecule = Smiles.Parse(cells[0]);
            Assert.Equal((cells[0], int.Parse(cells[1]), int.Parse(cells[2])), (cells[0], molecule.Atoms.Count, molecule.Bonds.Count));
            var elements = molecule.Atoms.GroupBy(a => numbers.First(n => n.Value == a).Key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}{g.Count()}");
            Assert.Equal(cells[3], string.Join(' ', elements));
        }
    }

    [Theory]
    [InlineData("c1ccccc1", 6, 6)]                                          // benzene
    [InlineData("C1=CC=CC=C1", 6, 6)]
    [InlineData("CC(=O)Oc1ccccc1C(=O)O", 13, 13)]                           // aspirin
    [InlineData("CN1C=NC2=C1C(=O)N(C(=O)N2C)C", 14, 15)]                    // caffeine
    [InlineData("C[C@H](CCCC(C)C)[C@H]1CC[C@@H]2[C@@]1(CC[C@H]3[C@H]2CC=C4[C@@]3(CC[C@@H](C4)O)C)C", 28, 31)]      // cholesterol
    [InlineData("OC[C@H]1OC(O)[C@H](O)[C@@H](O)[C@@H]1O", 12, 12)]          // glucose
    [InlineData("[Na+].[Cl-]", 2, 0)]
    [InlineData("[H]C([H])([H])[H]", 1, 0)]                                 // methane with its hydrogens
    [InlineData("[H][H]", 2, 1)]
    [InlineData("[2H]O[2H]", 3, 2)]                                         // isotopes are no plain hydrogens
    [InlineData("C%12CCCCC%12", 6, 6)]
    [InlineData("F/C=C\\F", 4, 3)]
    [InlineData("[13CH3:7][O--]", 2, 1)]
    [InlineData("*c1cc[se]c1", 6, 6)]
    [InlineData("C1CC1C1CC1", 6, 7)]                                        // a number may serve twice
    [InlineData("C=1CCCCC1", 6, 6)]
    [InlineData("[Co@OH25](N)(C)O", 4, 3)]
    public void Known_molecules_have_their_atoms_and_bonds(string smiles, int atoms, int bonds)
    {
        var molecule = Smiles.Parse(smiles);
        Assert.Equal((atoms, bonds), (molecule.Atoms.Count, molecule.Bonds.Count));
    }

    [Fact]
    public void Rings_of_small_letters_and_of_double_bonds_are_one_graph()
    {
        GraphSample a = Smiles.Parse("c1ccccc1O").Graph(), b = Smiles.Parse("C1=CC=CC=C1O").Graph();
        Assert.Equal(a.Features, b.Features);
        Assert.Equal(a.Edges, b.Edges);
        Assert.Equal(Molecule.Width, a.Width);
        Assert.All(Enumerable.Range(0, a.Nodes), i => Assert.Equal(1, a.Features.Skip(i * a.Width).Take(a.Width).Sum()));
    }

    [Theory]
    [InlineData("CC(", "character 3: the branch '(' is not closed")]
    [InlineData("CC)C", "character 3: ')' closes no branch")]
    [InlineData("C()C", "character 3: a branch is empty")]
    [InlineData("(C)", "character 1: a branch begins before any atom")]
    [InlineData("C1CC", "character 2: ring 1 is not closed")]
    [InlineData("C11", "character 3: ring 1 closes at the atom that opened it")]
    [InlineData("C1C1", "character 4: two atoms are bound to each other twice")]
    [InlineData("C=1CCC#1", "character 8: ring 1 opens with the bond '=' and closes with '#'")]
    [InlineData("1CC1", "character 1: ring 1 opens before any atom")]
    [InlineData("C%1C", "character 2: '%' is followed by two digits")]
    [InlineData("C[Na", "character 2: the bracket '[' is not closed")]
    [InlineData("C[]", "character 3: there is no element")]
    [InlineData("C[Xx]", "character 3: there is no element 'Xx'")]
    [InlineData("C[NH4+x]", "character 7: 'x' stands where the bracket should end")]
    [InlineData("CXC", "character 2: 'X' is no atom, bond, ring or branch")]
    [InlineData("CNa", "character 3: 'a' is no atom, bond, ring or branch")]
    [InlineData("C=", "character 2: the bond '=' leads to no atom")]
    [InlineData("C==C", "character 3: two bonds follow each other")]
    [InlineData("=C", "character 1: the bond '=' comes from no atom")]
    [InlineData("C=(C)", "character 3: a bond stands before a branch")]
    [InlineData("C(=)C", "character 4: a bond leads to no atom")]
    [InlineData("C..C", "character 3: '.' stands where an atom was expected")]
    [InlineData("C.", "character 2: the last part has no atom")]
    [InlineData("", "there is no SMILES")]
    public void What_is_no_molecule_is_named_with_its_place(string smiles, string said) =>
        Assert.StartsWith(said, Assert.Throws<FormatException>(() => Smiles.Parse(smiles)).Message, StringComparison.Ordinal);

    GraphSet Open(string name, string content, string keys = "")
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, content);
        return SmilesFiles.Open(DataUri.Parse($"smiles:{file}{keys}"));
    }

    [Theory]
    [InlineData("a.smi", "CCO ethanol\nc1ccccc1 benzene ring\n", "", 2)]
    [InlineData("a.smi", "CCO\tethanol, pure\n\nCC\tethane\n", "", 2)]
    [InlineData("a.txt", "CCO\nCC", "", 2)]
    [InlineData("a.csv", "\"CCO\",\"a, b\"\n\"CC\",x\n", "", 2)]
    [InlineData("a.csv", "name,smiles,kind\nx,CCO,p\ny,CC,q\nz,C,q\n", "?label=kind", 3)]
    [InlineData("a.csv", "name,molecule\nx,CCO\n", "?column=molecule", 1)]
    [InlineData("a.tsv", "CCO\t1\nCC\t0\n", "?label=2", 2)]
    public void Files_of_every_kind_give_their_molecules(string name, string content, string keys, int count)
    {
        var set = Open(name, content, keys);
        Assert.Equal(count, set.Graphs.Count);
        Assert.Equal(3, set.Graphs[0].Nodes);
        Assert.Equal(keys.Contains("label", StringComparison.Ordinal) ? 2 : 0, set.Classes.Count);
    }

    [Theory]
    [InlineData("a.smi", "CCO\nC(C\n", "", "a.smi, line 2: 'C(C' is no SMILES: character 2: the branch '(' is not closed.")]
    [InlineData("a.smi", "\nCCO\nQ\n", "", "a.smi, line 3: 'Q' is no SMILES")]
    [InlineData("a.tsv", "CCO\tx\nCC\n", "?label=2", "a.tsv, line 2: 1 column, expected 2 or more between tabs")]
    [InlineData("a.tsv", "CCO\tx\nCC\t\n", "?label=2", "a.tsv, line 2: column 2 has no class")]
    [InlineData("a.csv", "\"CCO,x\n", "", "a.csv, line 1: a quotation mark does not end")]
    [InlineData("a.smi", "", "", "there is no molecule in it")]
    [InlineData("a.smi", "smiles\n", "", "no line of it is a molecule")]
    [InlineData("a.smi", "C\0C\n", "", "a.smi, line 1: a zero byte")]
    [InlineData("a.smi.gz", "C", "", "a.smi.gz")]
    public void A_damaged_file_is_named_with_its_line(string name, string content, string keys, string said) =>
        Assert.Contains(said, Assert.Throws<DataException>(() => Open(name, content, keys)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_are_named_with_their_line()
    {
        var file = Path.Combine(folder, "b.smi");
        File.WriteAllBytes(file, [(byte)'C', (byte)'\n', (byte)'C', 0xE4, (byte)'\n']);
        Assert.Contains("b.smi, line 2: byte 2 of the line is no UTF-8", Assert.Throws<DataException>(() => SmilesFiles.Open(DataUri.Parse($"smiles:{file}"))).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("?label=kind"), InlineData("?column=9"), InlineData("?bad=yes"), InlineData("?n=1"), InlineData("?split=dev"), InlineData("?labl=2")]
    public void Wrong_keys_are_refused(string keys) => Assert.Throws<ConfigurationException>(() => Open("a.tsv", "CCO\tx\nCC\ty\n", keys));

    [Fact]
    public void Bad_lines_can_be_left_out_and_are_listed_by_verify()
    {
        var file = Path.Combine(folder, "c.smi");
        File.WriteAllText(file, "CCO\nnonsense\nCC\nCCO\n[Na+]\n");
        Assert.Equal(4, SmilesFiles.Open(DataUri.Parse($"smiles:{file}?bad=skip"), out var bad).Graphs.Count);
        Assert.Equal($"{file}, line 2", Assert.Single(bad).Place);
        var report = new GraphModality().Audit($"smiles:{file}", Kindred.Experiments.Modalities.Look.Verify);
        Assert.Equal(5, report.Samples);
        Assert.Contains("line 2", Assert.Single(report.Bad).Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (report.Formats["without edges"], report.Formats["that occur again"]));
        Assert.Throws<DataException>(() => new GraphModality().Audit($"smiles:{file}", Kindred.Experiments.Modalities.Look.Scan));
    }

    [Fact]
    public void Changed_lines_are_read_or_refused_and_nothing_else()
    {
        var draws = new RandomKey(2, 0, 0, 0).Draws();
        string[] lines = [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Kindred.Tests/Graphs/References/nci200.tsv")).Where(l => l[0] != '#').Select(l => l.Split('\t')[0])];
        const string Signs = "CNOScno[]()=#123%+-@H.*/\\:Br\tä ";
        for (var i = 0; i < 20_000; i++)
        {
            var text = lines[i % lines.Length].ToCharArray();
            for (var k = 0; k <= i % 4; k++) text[draws.Integer(text.Length)] = Signs[draws.Integer(Signs.Length)];
            var changed = new string(text)[..(draws.Integer(text.Length) + 1)];
            try
            {
                var molecule = Smiles.Parse(changed);
                Assert.NotEmpty(molecule.Atoms);
                Assert.All(molecule.Bonds, b => Assert.True(b.A != b.B && b.A < molecule.Atoms.Count && b.B < molecule.Atoms.Count));
            }
            catch (FormatException) { }
        }
    }

    [Fact]
    public void The_sample_is_two_collections_of_known_size()
    {
        GraphSet set;
        try { set = SmilesFiles.Open(DataUri.Parse("smiles:rdkit")); }
        catch (EnvironmentException e) when (!File.Exists("/usr/bin/apt-get"))
        {
            Assert.Skip(e.Message);
            return;
        }
        Assert.Equal([4999, 10000], set.Labels!.CountBy(l => l).OrderBy(c => c.Key).Select(c => c.Value));
        Assert.Equal(16.4, set.Graphs.Take(4999).Average(g => g.Nodes), 0.05);
        Assert.Equal(16.9, set.Graphs.Take(4999).Average(g => g.Edges.Length / 2), 0.05);
        Assert.Equal(21.8, set.Graphs.Skip(4999).Average(g => g.Nodes), 0.05);
        Assert.Equal(23.5, set.Graphs.Skip(4999).Average(g => g.Edges.Length / 2), 0.05);
        Assert.Equal([400, 400], SmilesFiles.Open(DataUri.Parse("smiles:rdkit?n=800&split=train")).Labels!.CountBy(l => l).Select(c => c.Value));
    }
}
