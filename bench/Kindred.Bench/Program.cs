using System.CommandLine;
using System.Globalization;
using Kindred.Bench;
using Kindred.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("Times parts of the library; prints one JSON object a measurement, with the fields of its counterparts in other frameworks.")
{
    BenchEmbed.Create(),
    BenchIndex.Create(),
    BenchKMeans.Create(),
    BenchKnn.Create(),
    BenchNtXent.Create(),
    BenchOnnx.Create(),
    BenchOps.Create(),
    BenchScaling.Create(),
    BenchSinkhorn.Create(),
    BenchSoak.Create(),
    BenchTrain.Create(),
    BenchViews.Create(),
};
return await Launcher.Run(root, args, "kindred bench");
