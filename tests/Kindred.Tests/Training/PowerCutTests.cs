using Kindred.Experiments.Training;

namespace Kindred.Tests.Training;

public sealed class PowerCutTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-power-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void After_a_power_cut_at_any_moment_the_old_or_the_new_checkpoint_is_there_and_whole()
    {
        var root = Path.Combine(folder, "root");
        Directory.CreateDirectory(root);
        var disk = new PowerCutDisk(root);
        var store = new CheckpointStore(Path.Combine(root, "checkpoints"), keep: 2, disk);
        var safe = new List<(int Count, long Step)> { (0, 0) };

        for (var step = 1; step <= 7; step++)
        {
            store.Save(CheckpointStoreTests.Make(step, 20), score: step % 3);
            safe.Add((disk.Count, step));
        }

        Assert.True(disk.Count >= 200, $"{disk.Count} acts were logged");

        for (var count = 0; count <= disk.Count; count++)
        {
            // What had been promised before the cut, and what was being written when it came.
            var promised = safe.Last(s => s.Count <= count).Step;

            // The worst fate every time, the others in turn.
            foreach (var fate in new[] { PowerCutDisk.Fate.AllLost, (PowerCutDisk.Fate)(count % 4) }.Distinct())
            {
                var after = Path.Combine(folder, $"{count}-{fate}");
                disk.Restore(count, fate, after);
                var found = new CheckpointStore(Path.Combine(after, "checkpoints")).LoadLast(out var problems);
                var where = $"cut after act {count} ({disk.Describe(count)}), {fate}";

                Assert.True(problems.Count == 0, $"{where}: {string.Join("; ", problems)}");
                Assert.True((found?.Step ?? 0) == promised || found!.Step == promised + 1, $"{where}: step {found?.Step} after {promised}");

                if (found is not null)
                    CheckpointStoreTests.AssertWhole(found);

                Directory.Delete(after, recursive: true);
            }
        }
    }
}
