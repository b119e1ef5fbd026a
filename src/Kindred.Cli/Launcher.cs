using System.CommandLine;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Cli;

/// <summary>Runs the command line: mistakes become one paragraph and an exit code, signals a clean stop.</summary>
static class Launcher
{
    /// <summary>Every verb knows it: whatever a recipe names may come from a plug-in.</summary>
    internal static readonly Option<string[]> Plugin = new("--plugin") { Description = "A .dll with methods, encoders or other parts of your own; may be given several times.", Recursive = true };

    /// <summary>Stopped by SIGTERM with a checkpoint written: run the same command again to go on.</summary>
    internal const int Preempted = 75;

    static Action hold = () => { };

    /// <summary>From here on there is something to save: the first signal asks to stop instead of ending the process.</summary>
    internal static void HoldSignals() => hold();

    /// <summary>As the shell shows a program that SIGPIPE ended: its reader left before the end.</summary>
    internal const int ReaderLeft = 141;

    /// <summary>A result that could not be written is an error, whatever it was; that its reader had enough of it is none, and nothing is said.</summary>
    internal static int Conclude(int code, StandardStream output) => code != 0 ? code
        : output.Failure is { } failure ? Complain($"the result could not be written to standard output: {failure}.", 4)
        : output.Left ? ReaderLeft : 0;

    /// <param name="root">The verbs.</param>
    /// <param name="args">The words.</param>
    /// <param name="program">What a person calls the program.</param>
    internal static async Task<int> Run(RootCommand root, string[] args, string program = "kindred")
    {
        root.Options.Add(Plugin);
        HelpText.Install(root, program);
        using var signals = new StopSignals(held: false);
        hold = signals.Hold;
        var parsed = root.Parse(args);
        if (Mistake.Of(root, parsed, args, program) is { } mistake) return Complain(mistake, 2);
        try
        {
            Variables.Check();
            foreach (var plugin in parsed.GetValue(Plugin) ?? []) Plugins.Load(plugin);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, signals.Token);
        }
        catch (OperationCanceledException) { return signals.ExitCode ?? 1; }
        catch (KindredException e) { return Complain(e.Message, e.ExitCode); }
        catch (TorchException e) when (e.InnerException is KindredException inner) { return Complain(inner.Message, inner.ExitCode); }
        catch (TorchException e) when (e.Kind == TorchException.Kinds.Memory) { return Complain($"memory ran out ({e.Message}). Use a smaller batch, for example train.batch=64.", 4); }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException) { return Complain(e.Message, 4); }
        catch (Exception e) { return Crash(e); }
    }

    static int Complain(string text, int code)
    {
        // Names out of files may hold what a terminal obeys.
        Console.Error.WriteLine($"kindred: {string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c))}");
        return code;
    }

    // Not the user's mistake: the details go to a file that can be sent along.
    static int Crash(Exception e)
    {
        var path = Path.Combine(Path.GetTempPath(), $"kindred-crash-{Environment.ProcessId}.txt");
        var kept = true;
        try { File.WriteAllText(path, $"kindred {typeof(Launcher).Assembly.GetName().Version}\n{Environment.CommandLine}\n{e}\n"); }
        catch (Exception other) when (other is IOException or UnauthorizedAccessException) { kept = false; }
        if (Variables.Debug) Console.Error.WriteLine(e);
        return Complain($"something went wrong that should not have: {e.GetType().Name}: {e.Message} {(kept ? $"The details are in {path}; set" : "Set")} KINDRED_DEBUG=1 to see them at once.", 1);
    }
}
