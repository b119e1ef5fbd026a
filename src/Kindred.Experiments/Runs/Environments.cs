using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>What a run records of the machine, because it can change the last bits of its numbers.</summary>
public static class Environments
{
    /// <summary>libtorch, BLAS kernel, threads, processor and device.</summary>
    public static JsonObject Describe(Device device) => new()
    {
        ["libtorch"] = Engine.Version,
        ["libtorch_source"] = Engine.Torch?.Source,
        ["blas_core"] = Engine.BlasCore,
        ["threads"] = Engine.Threads,
        ["processors"] = Environment.ProcessorCount,
        ["device"] = device.ToString(),
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
    };
}
