using Kindred.Io;

namespace Kindred.Tests.Training;

/// <summary>The machine's disk with room for so many bytes.</summary>
sealed class SmallDisk(long room) : IDisk
{
    const int NoSpace = 28;

    public Stream Create(string path) => new Limited(this, (FileStream)Disk.Default.Create(path));

    public void Sync(Stream file) => Disk.Default.Sync(((Limited)file).Inner);

    public void Rename(string from, string to) => Disk.Default.Rename(from, to);

    public void SyncFolder(string folder) => Disk.Default.SyncFolder(folder);

    public void CreateFolder(string folder) => Disk.Default.CreateFolder(folder);

    public void Delete(string path) => Disk.Default.Delete(path);

    sealed class Limited(SmallDisk disk, FileStream inner) : PassingStream(inner)
    {
        public FileStream Inner => inner;

        protected override void Pass(ReadOnlySpan<byte> bytes)
        {
            if ((disk.Room -= bytes.Length) < 0)
                throw new IOException("No space left on device", NoSpace);

            inner.Write(bytes);
        }
    }

    long Room { get; set; } = room;
}
