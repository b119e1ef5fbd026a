using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>What a run records of the machine, because it can change the last bits of its numbers.</summary>
public static class Environments
{
    /// <summary>libtorch, BLAS kernel, threads, processor, device, and how the network lies in memory.</summary>
    /// <param name="device">Where tensors live.</param>
    /// <param name="layout">The choice, once there is one.</param>
    public static JsonObject Describe(Device device, LayoutChoice? layout = null) => new()
    {
        ["libtorch"] = Engine.Version,
        ["libtorch_source"] = Engine.Torch?.Source,
        ["blas_core"] = Engine.BlasCore,
        ["threads"] = Engine.Threads,
        ["layout"] = layout?.Name,
        ["layout_reason"] = layout?.Reason,
        ["processor"] = Processor.Kind,
        ["processors"] = Environment.ProcessorCount,
        ["device"] = device.ToString(),
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
    };
}
