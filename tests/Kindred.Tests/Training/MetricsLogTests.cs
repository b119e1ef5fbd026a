using Kindred.Experiments.Training;
using Kindred.Io;

namespace Kindred.Tests.Training;

public sealed class MetricsLogTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-metrics-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string FilePath => Path.Combine(folder, "metrics.jsonl");

    static KeyValuePair<string, double>[] Loss(double loss) => [new("loss", loss)];

    static void Ignore(string warning) => Assert.Fail(warning);

    void Log(long? resumeAt, params long[] steps)
    {
        using var log = new MetricsLog(FilePath, Path.Combine(folder, "tb"), resumeAt, Ignore);
        foreach (var step in steps)
            log.Write(step, step / 10.0, Loss(1.0 / step));
    }

    long[] Steps() => [.. JsonLines.Read(FilePath).Select(l => l["step"]!.GetValue<long>())];

    [Fact]
    public void A_resume_leaves_neither_gap_nor_duplicate()
    {
        Log(null, 10, 20, 30, 40, 50);
        Log(30, 40, 50, 60);
        Assert.Equal([10, 20, 30, 40, 50, 60], Steps());
    }

    [Fact]
    public void A_line_torn_by_a_kill_is_cut_off()
    {
        Log(null, 10, 20);
        var whole = File.ReadAllText(FilePath);

        for (var cut = whole.Length - 1; cut > whole.IndexOf('\n') + 1; cut--)
        {
            File.WriteAllText(FilePath, whole[..cut]);
            Log(10, 20);
            Assert.Equal(whole, File.ReadAllText(FilePath));
        }
    }

    [Fact]
    public void A_new_run_begins_with_an_empty_log()
    {
        Log(null, 10, 20);
        Log(null, 10);
        Assert.Equal([10], Steps());
    }

    [Fact]
    public void Numbers_are_the_same_under_every_culture_and_NaN_is_null()
    {
        HostileCulture.Run(() =>
        {
            using var log = new MetricsLog(FilePath, null, null, Ignore);
            log.Write(1, 0.25, [new("loss", -1.5), new("z_std", double.NaN), new("huge", 1e300), new("lr", 1e-7)]);
        });
        Assert.Equal("{\"step\":1,\"epoch\":0.25,\"loss\":-1.5,\"z_std\":null,\"huge\":1E+300,\"lr\":1E-07}\n", File.ReadAllText(FilePath));
    }

    [Fact]
    public void TensorBoard_sees_the_same_numbers()
    {
        Log(null, 1, 2);
        var events = EventFile.Read(Directory.GetFiles(Path.Combine(folder, "tb")).Single());
        Assert.Equal([(1L, "train/loss", 1f), (2L, "train/loss", 0.5f)], events.Select(e => (e.Step, e.Tag, e.Value)));
    }

    [Fact]
    public void TensorBoard_shows_evaluations_and_weights_in_groups_of_their_own_and_nothing_where_nothing_was_written()
    {
        var events = Path.Combine(folder, "tb");
        using (var log = new MetricsLog(FilePath, events, null, Ignore)) log.Sync();
        Assert.False(Directory.Exists(events));
        using (var log = new MetricsLog(FilePath, events, null, Ignore))
        {
            log.Write(1, 0, Loss(1));
            log.Show(1, [new("knn.accuracy", 50)]);
            log.Distribution("weights/conv", 1, [1, 2]);
        }
        var file = Directory.GetFiles(events).Single();
        Assert.Equal(["train/loss", "eval/knn.accuracy"], EventFile.Read(file).Select(e => e.Tag));
        Assert.Contains("weights/conv", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        Assert.Contains("\"loss\":1", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_a_warning_and_the_lines_come_when_there_is_room_again()
    {
        var warnings = new List<string>();
        var disk = new FillingStream { Full = true };
        var log = new MetricsLog(new JsonLines("metrics.jsonl", disk), warnings.Add);
        for (var step = 1; step < 4; step++)
            log.Write(step, 0, Loss(1));

        Assert.Contains("the disk is full", Assert.Single(warnings));
        Assert.Equal(0, disk.Length);

        disk.Full = false;
        log.Write(4, 0, Loss(1));
        Assert.Equal(["1", "2", "3", "4"], System.Text.Encoding.UTF8.GetString(disk.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[8..9]));
        log.Dispose();
    }

    /// <summary>Takes half of a line when it is full.</summary>
    sealed class FillingStream : MemoryStream
    {
        public bool Full { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(Full ? buffer[..(buffer.Length / 2)] : buffer);

            if (Full)
                throw new IOException("No space left on device", 28);
        }
    }
}
