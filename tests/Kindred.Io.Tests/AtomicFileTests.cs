namespace Kindred.Io.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_replaced_and_its_hash_returned()
    {
        AtomicFile.WriteText(folder.File("a"), "old");
        var written = AtomicFile.WriteText(folder.File("a"), "abc");
        Assert.Equal("abc", File.ReadAllText(folder.File("a")));
        Assert.Equal(new Written(3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), written);
        Assert.Equal([folder.File("a")], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_no_temporary()
    {
        AtomicFile.WriteText(folder.File("a"), "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.File("a"), s => { s.Write(new byte[10]); throw new InvalidOperationException(); }));
        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        Assert.Equal([folder.File("a")], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_folder_appears_only_when_it_is_committed()
    {
        using (var unfinished = new AtomicFolder(folder.File("step")))
        {
            unfinished.Write("model", s => s.Write([1, 2, 3]));
            Assert.False(Directory.Exists(folder.File("step")));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));

        using (var finished = new AtomicFolder(folder.File("step")))
        {
            finished.Write("model", s => s.Write([1, 2, 3]));
            finished.Commit();
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(folder.File("step"), "model")));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/b")]
    [InlineData("")]
    public void A_folder_takes_plain_file_names_only(string name)
    {
        using var atomic = new AtomicFolder(folder.File("step"));
        Assert.Throws<ArgumentException>(() => atomic.Write(name, _ => { }));
    }

    [Fact]
    public void A_folder_that_is_gone_or_cannot_be_written_is_an_environment_error_with_its_path()
    {
        foreach (var path in new[] { folder.File("gone/a"), "/proc/kindred/a", Path.Combine(AtomicFileIn("file"), "a") })
        {
            var error = Assert.Throws<EnvironmentException>(() => AtomicFile.WriteText(path, "x"));
            Assert.Contains(path, error.Message);
            Assert.Equal(4, error.ExitCode);
        }
    }

    [Fact]
    public void A_full_disk_is_named_with_path_and_bytes()
    {
        // Linux keeps a device for exactly this.
        if (!File.Exists("/dev/full"))
            return;

        var error = Assert.Throws<EnvironmentException>(() => AtomicFile.Write(folder.File("a"), s => s.Write(new byte[100_000]), new FullDisk()));
        Assert.Contains("the disk is full after 100,000 bytes", error.Message);
        Assert.Contains(folder.File("a"), error.Message);
    }

    string AtomicFileIn(string name)
    {
        AtomicFile.WriteText(folder.File(name), "a file, not a folder");
        return folder.File(name);
    }

    sealed class FullDisk : IDisk
    {
        public Stream Create(string path) => new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1 << 20);

        public void Sync(Stream file) => file.Flush();

        public void Rename(string from, string to) => Assert.Fail("nothing was written that could be renamed");

        public void SyncFolder(string folder) => Assert.Fail("nothing was written that could be synced");

        public void CreateFolder(string folder) => Directory.CreateDirectory(folder);

        public void Delete(string path)
        {
        }
    }
}
