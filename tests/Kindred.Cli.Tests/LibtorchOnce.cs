using System.Runtime.CompilerServices;
using Kindred.Torch.Native;

namespace Kindred.Cli.Tests;

/// <summary>Hundreds of processes need not ask Python for libtorch one after another: they are told what this one found.</summary>
static class LibtorchOnce
{
    [ModuleInitializer]
    internal static void Tell()
    {
        if (Environment.GetEnvironmentVariable(Libtorch.Variable) is { Length: > 0 } || Libtorch.Find(out _) is not { } found) return;
        // The variable names a folder with include/ and lib/ in it, and what is found by it has the new string ABI.
        if (!found.OldAbi && Path.GetDirectoryName(found.Include) is { } folder) Environment.SetEnvironmentVariable(Libtorch.Variable, folder);
    }
}
