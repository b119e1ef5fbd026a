using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Kindred.Cli;
using Kindred.Index;
using Kindred.Io;

namespace Kindred.Bench;

/// <summary><c>kindred bench index</c>: exact search in bounded memory, and the graph beside it.</summary>
static class BenchIndex
{
    internal static Command Create()
    {
        Option<int> vectors = Number("--vectors", 100_000), dim = Number("--dim", 128), inner = Number("--inner", 24), queries = Number("--queries", 1000),
            k = Number("--k", 10),
            links = Number("--links", 16), construction = Number("--construction", 128), memory = Number("--memory", 128),
                threads = Number("--threads", Environment.ProcessorCount), seed = Number("--seed", 0);
        Option<int[]> candidates = new("--candidates") { DefaultValueFactory = _ => [32, 64, 128, 256], AllowMultipleArgumentsPerToken = true,
            Description = "Candidates of a search by the graph." };
        Option<string> kind = new("--kind") { DefaultValueFactory = _ => "graph", Description = "graph measures both, exact the exact search alone." };
        kind.AcceptOnlyFromAmong("graph", "exact");
        Option<string?> folder = new("--folder") { Description = "Where the files lie, and stay; a temporary one if left out." };
        Option<bool> json = new("--json") { Description = "Results are JSON in any case." };
        var command = new Command("index", "Measures search among vectors: rates, recall, time to build, memory.") { vectors, dim, inner, queries, k, links,
            construction, memory, threads, seed, candidates, kind, folder, json };
        command.SetAction((r, cancel) => Task.Run(() =>
        {
            var own = r.GetValue(folder) is null;
            var place = own ? Directory.CreateTempSubdirectory("kindred-bench-").FullName : Directory.CreateDirectory(r.GetValue(folder)!).FullName;
            try
            {
                var sheet = new Sheet(r.GetValue(dim), r.GetValue(inner), r.GetValue(seed));
                var (file, asked) = (Path.Combine(place, "vectors.npy"), Path.Combine(place, "queries.npy"));
                sheet.Write(file, r.GetValue(vectors), 1);
                sheet.Write(asked, r.GetValue(queries), 2);
                using var rows = Vectors.Open(file);
                using var query = Vectors.Open(asked);
                var options = new SearchOptions { Memory = (long)r.GetValue(memory) << 20, Threads = r.GetValue(threads), Cancel = cancel };
                var right = Exact(rows, query, r.GetValue(k), options);
                if (r.GetValue(kind) == "graph") Graph(rows, query, right,
                    new(Kind: IndexKind.Graph, Links: r.GetValue(links), Construction: r.GetValue(construction)), r.GetValue(candidates)!, options,
                        Path.Combine(place, "graph.index"));
                return 0;
            }
            finally { if (own) Directory.Delete(place, recursive: true); }
        }));
        return command;
    }

    static Neighbour[][] Exact(Vectors rows, Vectors query, int k, SearchOptions options)
    {
        var (one, single) = Timed(() => ExactSearch.Find(rows, Vectors.Of(query[0].ToArray(), rows.Dimension), k, options: options));
        var (right, all) = Timed(() => ExactSearch.Find(rows, query, k, options: options));
        Output.Json(new
        {
            Name = "index/exact", Vectors = rows.Count, Dim = rows.Dimension, Queries = query.Count, K = k, Threads = options.ThreadCount,
                MemoryMb = options.Memory >> 20,
            QueriesPerS = Math.Round(query.Count / all.Wall, 2), QueriesPerCpuS = Math.Round(query.Count / all.Cpu, 2),
                OneQueryS = Math.Round(single.Wall, 4), Seconds = Math.Round(all.Wall, 2),
            Gflops = Math.Round(2e-9 * rows.Count * rows.Dimension * query.Count / all.Wall, 1), PeakRssMb = Measurement.PeakMegabytes(),
        });
        return one[0].AsSpan().SequenceEqual(right[0]) ? right : throw new InvalidOperationException("a query alone finds something else than among others");
    }

    static void Graph(Vectors rows, Vectors query, Neighbour[][] right, IndexOptions index, int[] candidates, SearchOptions options, string file)
    {
        var (_, built) = Timed(() =>
        {
            VectorIndex.Build(file, new(rows), index, options.ThreadCount, cancel: options.Cancel);
            return 0;
        });
        Output.Json(new
        {
            Name = "index/build", Vectors = rows.Count, Dim = rows.Dimension, index.Links, index.Construction, Threads = options.ThreadCount,
                Seconds = Math.Round(built.Wall, 1), CpuSeconds = Math.Round(built.Cpu, 1),
            FileMb = new FileInfo(file).Length >> 20, PeakRssMb = Measurement.PeakMegabytes(),
        });
        using var open = VectorIndex.Open(file);
        foreach (var some in candidates)
        {
            var with = options with { Candidates = some };
            open.Search(query, right[0].Length, with);                          // pages of the file come into memory
            var (found, all) = Timed(() => open.Search(query, right[0].Length, with));
            var (_, one) = Timed(() => Enumerable.Range(0, query.Count).Sum(i => open.Search(query[i].ToArray(), right[0].Length, with with { Threads = 1 }).Length));
            Output.Json(new
            {
                Name = "index/graph", Vectors = rows.Count, Dim = rows.Dimension, Candidates = some, Threads = options.ThreadCount,
                Recall = Math.Round(found.Zip(right).Average(p => (double)p.First.Select(n =>
                    n.Row).Intersect(p.Second.Select(n => n.Row)).Count() / p.Second.Length), 4),
                QueriesPerS = Math.Round(query.Count / all.Wall, 1), QueriesPerCpuS = Math.Round(query.Count / all.Cpu, 1),
                    OneQueryS = Math.Round(one.Wall / query.Count, 6), PeakRssMb = Measurement.PeakMegabytes(),
            });
        }
    }

    static (T Result, (double Wall, double Cpu) Time) Timed<T>(Func<T> work)
    {
        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var result = work();
        return (result, (clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
    }

    static Option<int> Number(string name, int value) => new(name) { DefaultValueFactory = _ => value };

    /// <summary>Points on a curved sheet with a little noise, unit length: nearer to what encoders give than white noise, in which nothing is near.</summary>
    sealed class Sheet
    {
        readonly int dim, inner;
        readonly float[][] weights;

        internal Sheet(int dim, int inner, int seed)
        {
            var random = new Random(seed);
            (this.dim, this.inner, weights) = (dim, inner, [.. Enumerable.Range(0, inner).Select(_ => Enumerable.Range(0, dim).Select(_ => Gauss(random)).ToArray())]);
        }

        static float Gauss(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

        internal void Write(string file, int count, int seed)
        {
            var random = new Random(seed);
            AtomicFile.Write(file, stream =>
            {
                Npy.WriteHeader(stream, ElementType.Float32, count, dim);
                var row = new float[dim];
                for (var i = 0; i < count; i++)
                {
                    Array.Clear(row);
                    for (var j = 0; j < inner; j++)
                    {
                        var z = Gauss(random) * 0.5f;
                        for (var d = 0; d < dim; d++) row[d] += z * weights[j][d];
                    }
                    for (var d = 0; d < dim; d++) row[d] = MathF.Tanh(row[d]) + (0.05f * (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
                    stream.Write(MemoryMarshal.AsBytes(row.AsSpan()));
                }
            });
        }
    }
}
