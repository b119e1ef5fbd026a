using Kindred.Memories;
using Kindred.Objectives;
using Kindred.Tests.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Memories;

public class MemoryTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_queue_replaces_its_oldest_keys_and_wraps()
    {
        var queue = new Queue(Tensor.Zeros([5, 1], dtype: Dtype.Float64));
        queue.Enqueue(Column(1, 2, 3));
        queue.Enqueue(Column(4, 5, 6));
        Assert.Equal([6, 2, 3, 4, 5], queue.Keys.ToArray<double>());
        Assert.Equal(1, queue.Pointer);
    }

    [Fact]
    public void Of_a_batch_larger_than_the_queue_the_last_rows_stay()
    {
        var queue = new Queue(Tensor.Zeros([3, 1], dtype: Dtype.Float64), pointer: 1);
        queue.Enqueue(Column(1, 2, 3, 4, 5));
        Assert.Equal([3, 4, 5], queue.Keys.ToArray<double>().Order());
        Assert.Equal(0, queue.Pointer);
        queue.Enqueue(Column(9));
        Assert.Equal(9, queue.Keys.ToArray<double>()[0]);
        Assert.DoesNotContain(3.0, queue.Keys.ToArray<double>());
    }

    [Fact]
    public void Keys_carry_no_gradient_into_the_queue()
    {
        var queue = new Queue(4, 2);
        queue.Enqueue(Made.Rows(2, 2, 1, Dtype.Float32).RequiresGrad_() * 2);
        Assert.False(queue.Keys.RequiresGrad);
    }

    [Fact]
    public void A_labelled_queue_knows_what_was_never_written()
    {
        var queue = new LabelledQueue(4, 2);
        queue.Enqueue(Made.Rows(3, 2, 1, Dtype.Float32), Made.Index(7, 8, 9));
        Assert.Equal([7, 8, 9, -1], queue.Labels.ToArray<long>());
        queue.Enqueue(Made.Rows(2, 2, 2, Dtype.Float32), Made.Index(5, 6));
        Assert.Equal([6, 8, 9, 5], queue.Labels.ToArray<long>());
        Assert.Throws<ArgumentException>(() => queue.Enqueue(Made.Rows(2, 2, 2, Dtype.Float32), Made.Index(5)));
    }

    [Fact]
    public void Memories_hold_their_whole_state_in_buffers()
    {
        Assert.Equal(["keys", "pointer", "labels"], new LabelledQueue(4, 2).State().Select(entry => entry.Path).Order().OrderBy(Rank));
        Assert.Equal(["entries", "logNormaliser"], new MemoryBank(4, 2).State().Select(entry => entry.Path).Order());
        Assert.Equal(["value"], new Center(4).State().Select(entry => entry.Path));
        Assert.Equal(3, new CrossBatchMemory(4, 2).State().Count());

        static int Rank(string path) => path switch { "keys" => 0, "pointer" => 1, _ => 2 };
    }

    [Fact]
    public void Bank_entries_touched_are_unit_and_a_repeated_index_keeps_its_last_feature()
    {
        var bank = new MemoryBank(Made.Rows(5, 3, 1));
        var before = bank.Entries.Clone();
        var features = Made.Rows(3, 3, 2).Normalize();
        bank.Update(Made.Index(1, 3, 1), features, momentum: 0);
        Made.Close(features.Select(0, 2), bank.Entries.Select(0, 1));
        Made.Close(features.Select(0, 1), bank.Entries.Select(0, 3));
        Made.Close(before.Select(0, 0), bank.Entries.Select(0, 0));
    }

    [Fact]
    public void The_normaliser_is_fixed_by_the_first_batch()
    {
        var bank = new MemoryBank(5, 3);
        Assert.Null(bank.LogNormaliser);
        bank.Fix(Tensor.Of(2));
        bank.Fix(Tensor.Of(9));
        Assert.Equal(2, bank.LogNormaliser!.Item());
    }

    [Fact]
    public void A_new_bank_has_rows_of_about_unit_length()
    {
        using var generator = new Generator(1);
        var lengths = new MemoryBank(500, 128, generator).Entries.Norm(2.0, [-1]);
        Assert.InRange(lengths.Mean().Item(), 0.98, 1.02);
    }

    [Fact]
    public void Noise_indices_lie_in_the_bank()
    {
        var noise = new MemoryBank(5, 3).Noise(7, 11).ToArray<long>();
        Assert.Equal(77, noise.Length);
        Assert.All(noise, index => Assert.InRange(index, 0, 4));
        Assert.Equal(5, noise.Distinct().Count());
    }

    [Fact]
    public void A_center_follows_the_mean_over_crops_and_batch()
    {
        var center = new Center(Tensor.From<double>([1, 0]));
        center.Update(Tensor.From<double>([0, 1, 2, 3, 4, 5, 6, 7], [2, 2, 2]), momentum: 0.5);
        Assert.Equal([2, 2], center.Value.ToArray<double>());
    }

    [Fact]
    public void An_empty_cross_batch_memory_gives_no_triplets_and_no_loss()
    {
        var memory = new CrossBatchMemory(8, 3);
        var x = Made.Rows(4, 3, 1, Dtype.Float32).RequiresGrad_();
        var loss = memory.Loss(x, Made.Index(0, 0, 1, 1));
        Assert.Equal(0, loss.Item());
        Assert.Equal(0, Autograd.Of(loss, x).Abs().Sum().Item());
    }

    [Fact]
    public void Anchors_meet_partners_of_past_batches()
    {
        var memory = new CrossBatchMemory(8, 2);
        memory.Enqueue(Tensor.From<float>([1, 0, 0, 1], [2, 2]), Made.Index(0, 1));
        var x = Tensor.From<float>([0.8f, 0.6f], [1, 2]);
        var triplets = memory.Mine(Triplet.Distances(x, memory.Keys), Made.Index(0), TripletMining.All);
        Assert.Equal([0, 0, 1], triplets.ToArray<long>());
        var gap = 2 * (1 - 0.6) - 2 * (1 - 0.8);
        Made.Close(0.5 - gap, memory.Loss(x, Made.Index(0), margin: 0.5).Item(), 1e-5);
    }

    static Tensor Column(params double[] values) => Tensor.From<double>(values, [values.Length, 1]);
}
