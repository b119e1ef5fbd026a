namespace Kindred.Io.Tests;

public sealed class EventFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Write(Action<EventFile> write)
    {
        using var file = EventFile.Create(folder.Path);
        write(file);
        return file.Name;
    }

    [Fact]
    public void Scalars_come_back_in_order()
    {
        var path = Write(f =>
        {
            f.Scalar("train/loss", 1, 0.5);
            f.Scalar("größe", long.MaxValue, double.NaN);
            f.Distribution("z", 2, [1, 2, float.NaN, 3]);
            f.Distribution("none", 2, []);
            f.Picture("views", 3, 1, 1, [1, 2, 3]);
            f.Restart(9);
            f.Scalar("train/loss", -1, -1);
        });

        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(path));
        Assert.Equal([(1L, "train/loss", 0.5f), (long.MaxValue, "größe", float.NaN), (-1L, "train/loss", -1f)], EventFile.Read(path).Select(s => (s.Step, s.Tag, s.Value)));
    }

    [Fact]
    public void The_first_record_is_the_version_with_the_checksums_of_the_format()
    {
        var bytes = File.ReadAllBytes(Write(_ => { }));
        Assert.Equal(24, BitConverter.ToInt64(bytes));
        Assert.Equal("brain.Event:2"u8.ToArray(), bytes[^17..^4]);

        // The masked CRC-32C that TensorFlow's record writer gives for the length 24.
        Assert.Equal([0xA3, 0x7F, 0x4B, 0x22], bytes[8..12]);
    }

    [Fact]
    public void Two_files_of_one_second_do_not_collide() => Assert.NotEqual(Write(_ => { }), Write(_ => { }));

    [Fact]
    public void A_torn_record_is_left_out_and_a_damaged_one_refused()
    {
        var path = Write(f => { f.Scalar("a", 1, 1); f.Scalar("b", 2, 2); });
        var whole = File.ReadAllBytes(path);
        Assert.Single(EventFile.Read(folder.Write("torn", whole[..^3])));

        whole[^6] ^= 1;
        Assert.Contains("checksum", Assert.Throws<DataException>(() => EventFile.Read(folder.Write("damaged", whole))).Message);
    }

    [Fact]
    public void Mutated_files_give_scalars_or_a_DataException_and_nothing_else()
    {
        var seed = File.ReadAllBytes(Write(f => { f.Scalar("a", 1, 1); f.Distribution("h", 1, [1, 2]); }));
        Mutation.Run(new(1), seed, Mutation.Times(5000, 100_000), bytes => EventFile.Read(new MemoryStream(bytes), "mutated"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_environment_error() => Assert.Throws<EnvironmentException>(() => EventFile.Create("/proc/kindred"));
}
