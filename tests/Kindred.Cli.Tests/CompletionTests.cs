using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Kindred.Experiments.Recipes;

namespace Kindred.Cli.Tests;

/// <summary>Completion in a shell, the command through a link, and lists by which people choose.</summary>
public sealed class CompletionTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-shell-").FullName;

    // What stands on the path as `kindred` is the binary under test; bash loads the printed script and is asked as Tab would ask it.
    [Theory]
    [InlineData("kindred tra", "train")]
    [InlineData("kindred data sca", "scan")]
    [InlineData("kindred train simclr.cif", "simclr.cifar10")]
    [InlineData("kindred train simclr options.temp", "options.temperature=")]
    [InlineData("kindred train simclr train.epo", "train.epochs=")]
    [InlineData("kindred eval kn", "knn")]
    [InlineData("kindred runs rm --y", "--yes")]
    [InlineData("kindred  runs  com", "compare")]
    [InlineData("kindred completion z", "zsh")]
    [InlineData("kindred qqq", "")]
    public void Bash_completes(string typed, string expected)
    {
        Script("kindred", $"#!/bin/bash\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Kindred.Cli.dll")}' \"$@\"\n");
        var ask = $$"""
            source <(kindred completion bash)
            COMP_LINE='{{typed}}'; COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            complete -p kindred > /dev/null && _kindred && printf '%s' "${COMPREPLY[*]}"
            """;
        var start = new ProcessStartInfo("bash", ["-c", ask]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        var (code, output, errors) = Cli.Run(start);
        Assert.True(code == 0, errors);
        Assert.Contains(expected, output.Split(' '));
    }

    [Theory]
    [InlineData("bash", "complete -o default")]
    [InlineData("zsh", "#compdef kindred")]
    [InlineData("fish", "complete -c kindred")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public void There_is_a_script_for_each_shell(string shell, string part) => Assert.Contains(part, Cli.Run("completion", shell).Output, StringComparison.Ordinal);

    [Fact]
    public void Another_shell_is_refused()
    {
        var (code, _, errors) = Cli.Run("completion", "basch");
        Assert.Equal(2, code);
        Assert.Contains("did you mean 'bash'", errors, StringComparison.Ordinal);
    }

    // A copy of the script beside stand-ins for what it calls.
    [Fact]
    public void The_command_works_through_a_link()
    {
        var repository = Directory.CreateDirectory(Path.Combine(folder, "a repository")).FullName;
        Directory.CreateDirectory(Path.Combine(repository, "eng"));
        File.Copy(Path.Combine(Root(), "kindred"), Path.Combine(repository, "kindred"));
        Script(Path.Combine(repository, "eng", "prepare"), "#!/bin/bash\n");
        Script("dotnet", "#!/bin/bash\nprintf '%s\\n' \"$@\"\n");
        var link = Path.Combine(folder, "link");
        File.CreateSymbolicLink(link, Path.Combine(repository, "kindred"));
        var farther = Path.Combine(folder, "farther");
        File.CreateSymbolicLink(farther, "link");
        foreach (var name in new[] { link, farther })
        {
            var start = new ProcessStartInfo(name, ["list", "methods"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
            start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
            Assert.Equal((0, $"{repository}/artifacts/bin/Kindred.Cli/release/Kindred.Cli.dll\nlist\nmethods\n", ""), Cli.Run(start));
        }
    }

    [Fact]
    public void The_list_of_data_names_every_kind()
    {
        var kinds = JsonDocument.Parse(Cli.Run("list", "datasets", "--json").Output).RootElement.EnumerateArray().Select(k => k.GetProperty("name").GetString()!).ToArray();
        Assert.Equal(DataKinds.Schemes.Order(), kinds.Order());
        Assert.Contains("audio", kinds);
    }

    void Script(string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
