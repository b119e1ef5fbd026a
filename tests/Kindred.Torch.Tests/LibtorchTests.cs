using System.Runtime.InteropServices;
using Kindred.Torch.Native;

namespace Kindred.Torch.Tests;

/// <summary>Which libtorch is taken. Environment variables are the whole process's, so the engine is there before they are touched.</summary>
public sealed class LibtorchTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-libtorch-").FullName;
    readonly string? python = Environment.GetEnvironmentVariable("PYTHONPATH"), chosen = Environment.GetEnvironmentVariable(Libtorch.Variable);

    public LibtorchTests()
    {
        using var scope = Scope.Open();
        _ = Tensor.Zeros([1]);
        Environment.SetEnvironmentVariable(Libtorch.Variable, null);
    }

    // What a torch of Python's or a download has, as far as it is looked for.
    string Make(string below, string version, string library)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, below)).FullName;
        var header = Path.Combine(root, "include/torch/csrc/api/include/torch/version.h");
        Directory.CreateDirectory(Path.GetDirectoryName(header)!);
        File.WriteAllText(header, $"#define TORCH_VERSION \"{version}\"\n");
        Directory.CreateDirectory(Path.Combine(root, library));
        File.WriteAllText(Path.Combine(root, library, "libtorch_cpu.so"), "");
        return root;
    }

    /// <summary>Importing torch takes seconds and fails where its own libraries are broken; from 2.7 on nothing is asked that needs it.</summary>
    [Theory]
    [InlineData("2.9.1+cpu", "__version__ = '2.9.1+cpu'\n", true)]
    [InlineData("2.7.0", "from typing import Optional\n__all__ = ['__version__']\n__version__ = '2.7.0'\n", true)]
    [InlineData("2.6.0", "__version__ = '2.6.0'\n", false)]
    [InlineData("2.8.0", null, false)]
    public void A_new_torch_of_Python_s_is_found_without_importing_it(string version, string? said, bool found)
    {
        Assert.SkipWhen(Programs.Find("python3") is null, "there is no Python");
        var torch = Make("site/torch", version, "lib");
        File.WriteAllText(Path.Combine(torch, "__init__.py"), "raise ImportError('torch was imported')\n");
        if (said is not null) File.WriteAllText(Path.Combine(torch, "version.py"), said);
        Environment.SetEnvironmentVariable("PYTHONPATH", Path.Combine(folder, "site"));
        var taken = Libtorch.Find(out var refused);
        if (found) Assert.Equal(("Python", version, Path.Combine(torch, "lib"), false), (taken!.Source, taken.Version, taken.Library, taken.OldAbi));
        else Assert.Contains("torch was imported", Assert.Single(refused, r => r.StartsWith("Python", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_has_its_libraries_in_lib_or_where_a_distribution_puts_them(bool distribution)
    {
        var library = distribution ? RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "lib/aarch64-linux-gnu" : "lib/x86_64-linux-gnu" : "lib";
        var root = Make("usr", "2.6.0", library);
        Environment.SetEnvironmentVariable(Libtorch.Variable, root);
        var taken = Libtorch.Find(out _)!;
        Assert.Equal((Libtorch.Variable, "2.6.0", Path.Combine(root, library)), (taken.Source, taken.Version, taken.Library));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PYTHONPATH", python);
        Environment.SetEnvironmentVariable(Libtorch.Variable, chosen);
        Directory.Delete(folder, recursive: true);
    }
}
