using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kindred.Tests.Training;

/// <summary>Runs one test's method in several processes that can meet: it writes what rank 0 found into <see cref="Answer"/>.</summary>
static class Ranks
{
    const string Variable = "KINDRED_TEST_RANK_RESULT";

    /// <summary>In a rank's process, the file for the answer; null anywhere else.</summary>
    internal static string? Answer => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    /// <summary>What rank 0 wrote.</summary>
    internal static async Task<string> Run(int processes, Type tests, string method)
    {
        var path = Path.GetTempFileName();
        try
        {
            var port = FreePort();
            var ranks = await Task.WhenAll(Enumerable.Range(0, processes).Select(rank => Start(rank, processes, port, path, $"{tests.FullName}.{method}")));
            Assert.All(ranks, r => Assert.True(r.Code == 0, r.Output));
            return await File.ReadAllTextAsync(path);
        }
        finally { File.Delete(path); }
    }

    static async Task<(int Code, string Output)> Start(int rank, int processes, int port, string path, string method)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", method]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("RANK", rank), ("WORLD_SIZE", processes), ("MASTER_PORT", port), ("KINDRED_THREADS", 1), ("KINDRED_TIMEOUT", 120) })
            start.Environment[name] = value.ToString(CultureInfo.InvariantCulture);
        (start.Environment["MASTER_ADDR"], start.Environment[Variable]) = ("127.0.0.1", path);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, $"rank {rank}: {output}{await errors}");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
