using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred launch --procs N -- train|embed …</c>: one training or embedding by several processes on this machine, started again where one fails.</summary>
/// <remarks>It sets torchrun's variables, so that torchrun, Slurm or Kubernetes can start the same command on several machines instead.</remarks>
static class LaunchVerb
{
    static readonly TimeSpan look = TimeSpan.FromMilliseconds(100), grace = TimeSpan.FromSeconds(10);

    internal static Command Create()
    {
        var procs = new Option<int>("--procs") { Description = "How many processes; one a processor if left out.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var restarts = new Option<int>("--max-restarts") { Description = "How often all are started again from the last checkpoint when one fails." };
        var port = new Option<int>("--port") { Description = "Where they meet on this machine; a free port if left out." };
        var timeout = new Option<int>("--timeout") { Description = "Seconds that a process waits for the others.", DefaultValueFactory = _ => 600 };
        var words = new Argument<string[]>("command") { Description = "What each runs, behind --: train simclr --out runs/one, or embed runs/one --out one.npy.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("launch", "Trains or embeds with several processes on this machine, as one process with the same batch would.") { procs, restarts, port, timeout, words };
        command.SetAction((result, cancel) => Run(new(result.GetValue(procs), result.GetValue(restarts), result.GetValue(port), result.GetValue(timeout), result.GetValue(words)!), cancel));
        return command;
    }

    sealed record Request(int Procs, int Restarts, int Port, int Timeout, string[] Words);

    static async Task<int> Run(Request request, CancellationToken cancel)
    {
        Check(request);
        Launcher.HoldSignals();
        var words = request.Words.ToList();
        var trains = words[0] == "train";
        if (trains && request.Restarts > 0 && !words.Contains("--out"))
            words.AddRange(["--out", Path.Combine("runs", string.Create(CultureInfo.InvariantCulture, $"launch-{DateTime.Now:yyyyMMdd-HHmmss}"))]);
        for (var restart = 0; ; restart++)
        {
            var code = await Once(words, request, cancel);
            // A mistake in settings or data, or a stop that was asked for, is not mended by another try.
            if (code is 0 or 2 or 3 or Launcher.Preempted || cancel.IsCancellationRequested || restart == request.Restarts) return code;
            Output.Say($"kindred: starting all {request.Procs} processes again ({restart + 1} of {request.Restarts})");
            if (trains && !words.Contains("--resume")) words.AddRange(["--resume", "auto"]);
        }
    }

    static void Check(Request request)
    {
        if (request.Words is not ["train" or "embed", ..])
            throw new ConfigurationException($"'{request.Words[0]}' is not done by several processes; launch takes train and embed: kindred launch --procs 2 -- train simclr.");
        if (request.Procs is < 1 or > 1024) throw new ConfigurationException($"--procs {request.Procs}: give a number of processes from 1 to 1024.");
        if (request.Restarts < 0) throw new ConfigurationException($"--max-restarts {request.Restarts}: give a number from 0 on.");
        if (request.Port is < 0 or > 65535) throw new ConfigurationException($"--port {request.Port}: give a port from 1 to 65535, or leave it out for a free one.");
        if (request.Timeout is < 1 or > 1_000_000) throw new ConfigurationException($"--timeout {request.Timeout}: give a number of seconds from 1 to 1000000.");
    }

    static async Task<int> Once(IReadOnlyList<string> words, Request request, CancellationToken cancel)
    {
        var port = request.Port > 0 ? request.Port : FreePort();
        Launched[] ranks = [.. Enumerable.Range(0, request.Procs).Select(rank => Launched.Start(words, rank, request.Procs, port, request.Timeout))];
        try
        {
            using var stop = cancel.Register(() => { foreach (var rank in ranks) rank.Stop(); });
            while (!Array.TrueForAll(ranks, r => r.Over) && !Array.Exists(ranks, r => r.Over && r.ExitCode is not 0)) await Task.Delay(look, CancellationToken.None);
            await Settle(ranks, cancel.IsCancellationRequested ? grace * 3 : grace);
            if (Array.Find(ranks, r => r.ExitCode is not (0 or Launcher.Preempted)) is not { } failed) return ranks.Max(r => r.ExitCode);
            foreach (var rank in ranks.Where(r => r.ExitCode is not (0 or Launcher.Preempted) && r.Said is not null))
                Output.Say($"rank {rank.Rank} ended with {rank.ExitCode}: {rank.Said}");
            return failed.ExitCode;
        }
        finally
        {
            foreach (var rank in ranks) rank.Dispose();
        }
    }

    // Who notices by himself that another is gone says so; who does not, is ended.
    static async Task Settle(Launched[] ranks, TimeSpan patience)
    {
        var until = DateTime.UtcNow + patience;
        while (DateTime.UtcNow < until && !Array.TrueForAll(ranks, r => r.Over)) await Task.Delay(look, CancellationToken.None);
        foreach (var rank in ranks) rank.Kill();
        while (!Array.TrueForAll(ranks, r => r.Over)) await Task.Delay(look, CancellationToken.None);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
