using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Data.Graphs;

/// <summary>The sample of molecules: two collections, and the question which of them a molecule is from.</summary>
/// <remarks>
/// Debian package rdkit-data (13 MB, BSD-3), fetched once: 4,999 molecules of the NCI and 10,000 of the WEHI's screening library. One writes rings with double bonds and the other in aromatic
/// small letters; as graphs have no bond orders here, that gives nothing away.
/// </remarks>
static class MoleculeSample
{
    const string Folder = "usr/share/RDKit/Data/";

    static readonly Dictionary<string, string> files = new()
    {
        [Folder + "NCI/first_5K.smi"] = "91e71c015f14939837f2943dcc904f7c87e5a3a0124d82b05c28ad2f23004def",
        [Folder + "Pains/test_data/wehi_mols.csv"] = "ef14f29a583486042fe4fd8ed8d946aba20963dd3e9d756ea2e3f133f477bed9",
    };

    static string Fetch() => SampleCache.Get("rdkit-molecules-202209.3",
        folder => DebianPackage.Fetch("rdkit-data", files, folder, "Give molecules of your own by --data smiles:FILE, or take motifs:400, which needs no file."));

    internal static GraphSet Open(DataUri uri)
    {
        if (uri["column"] is not null || uri["label"] is not null) throw new ConfigurationException($"{uri}: the sample has its own classes; leave column= and label= out.");
        var folder = Fetch();
        GraphSet nci = Part("first_5K.smi"), wehi = Part("wehi_mols.csv");
        return new(uri.Text, [.. nci.Graphs, .. wehi.Graphs], ["nci", "wehi"], [.. Enumerable.Repeat(0, nci.Graphs.Count), .. Enumerable.Repeat(1, wehi.Graphs.Count)]);

        GraphSet Part(string file)
        {
            var path = Path.Combine(folder, file);
            return SmilesFiles.Read(uri.Text, path, Utf8.Lines(RegularFile.ReadAllBytes(path, 1L << 30), path));
        }
    }
}
