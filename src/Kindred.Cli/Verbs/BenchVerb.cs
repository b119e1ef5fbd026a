using System.CommandLine;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred bench</c>: measurements that print the same fields as their counterparts in other frameworks.</summary>
static class BenchVerb
{
    internal static Command Create() => new("bench", "Times parts of the library; one JSON object a measurement.")
    {
        BenchKMeans.Create(),
        BenchKnn.Create(),
        BenchNtXent.Create(),
        BenchOps.Create(),
        BenchSinkhorn.Create(),
        BenchSoak.Create(),
        BenchTrain.Create(),
        BenchViews.Create(),
    };
}
