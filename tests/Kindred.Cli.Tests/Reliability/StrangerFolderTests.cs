namespace Kindred.Cli.Tests.Reliability;

/// <summary>Whoever stands in a folder of somebody else runs nothing that lies in it.</summary>
public sealed class StrangerFolderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-stranger-").FullName;

    [Fact]
    public void Neither_programs_nor_modules_of_the_current_folder_are_started()
    {
        foreach (var name in new[] { "python3", "g++", "ffmpeg", "npm", "dotnet", "git" }) Program(Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, "torch.py"), $"open('{folder}/ran-torch', 'w')\n");
        var start = Cli.Start("doctor");
        start.WorkingDirectory = folder;
        start.Environment["KINDRED_LIBTORCH"] = "";
        Cli.Run(start);
        Assert.Empty(Directory.EnumerateFiles(folder, "ran-*"));
    }

    [Fact]
    public void A_program_is_found_on_the_path_and_one_that_is_not_there_nowhere()
    {
        Assert.Null(Programs.Find("kindred-some-program"));
        Assert.Equal("/bin/sh", Programs.Find("sh")?.Replace("/usr/bin", "/bin", StringComparison.Ordinal));
        Assert.Throws<System.ComponentModel.Win32Exception>(() => Programs.Start(new("kindred-some-program")));
    }

    void Program(string path)
    {
        File.WriteAllText(path, $"#!/bin/sh\necho > {folder}/ran-{Path.GetFileName(path)}\nexit 1\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
