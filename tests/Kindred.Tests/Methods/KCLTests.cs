using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes KCL itself.</summary>
public sealed class KCLTests
{
    static KCL Make(int positives = 3, UnusedPositives unused = UnusedPositives.Keep) =>
        Toy.Build(() => new KCL(new TinyEncoder(), Toy.Facts, new(Positives: positives, Unused: unused, Queue: 20, Dim: 8)));

    [Fact]
    public void Without_positives_of_the_class_it_is_MoCo()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(Method method)
        {
            Generator.Default.Seed(3);
            double loss = 0;
            for (var step = 0; step < 3; step++)
            {
                loss = Toy.Loss(method, data.Batch(step)).Item();
                method.Settle();
            }
            return loss;
        }
        var moco = Loss(Toy.Build(() => new MoCo(new TinyEncoder(), new(Temperature: 0.07, Queue: 20, Dim: 8))));
        Assert.Equal(moco, Loss(Make(positives: 0)), 1e-5);
        Assert.NotEqual(moco, Loss(Make()), 1e-3);
    }

    [Fact]
    public void Each_key_is_queued_with_its_label_and_a_fresh_queue_is_nobodys_positive()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make();
        Assert.All(Toy.State(method, "queue.labels").ToArray<long>(), label => Assert.Equal(-1, label));
        for (var step = 0; step < 3; step++)
        {
            var batch = data.Batch(step);
            Toy.Loss(method, batch);
            method.Settle();
            // The first step finds only the own key, the second two of its class (eight keys of four classes), the third three.
            Assert.Equal(1 + new[] { 0, 2, 3 }[step], method.TakeLog()["positives"], 1e-6);
            long[] at = [.. Enumerable.Range(step * 8, 8).Select(i => i % 20L)];
            Assert.Equal(batch.Labels!.ToArray<long>(), Toy.State(method, "queue.labels").IndexSelect(0, Tensor.From<long>(at)).ToArray<long>());
        }
    }

    [Fact]
    public void Keys_of_other_classes_are_never_positives()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        var method = Make(positives: 8);
        Toy.Loss(method, data.Batch());
        method.Settle();
        // Another class than any in the queue has only its own key, whatever k is; so has a sample without a label.
        foreach (var (label, expected) in new[] { (0L, 3), (9L, 1), (-1L, 1) })
        {
            Toy.Loss(method, data.Batch(1) with { Labels = Tensor.Full([8], label, dtype: Dtype.Int64) });
            method.Forget();
            Assert.Equal(expected, method.TakeLog()["positives"], 1e-6);
        }
    }

    [Fact]
    public void Positives_that_were_not_drawn_push_unless_they_are_taken_out()
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(UnusedPositives unused)
        {
            var method = Make(positives: 1, unused);
            Generator.Default.Seed(3);
            Toy.Loss(method, data.Batch());
            method.Settle();
            return Toy.Loss(method, data.Batch(1)).Item();
        }
        Assert.True(Loss(UnusedPositives.Remove) < Loss(UnusedPositives.Keep));
    }

    [Fact]
    public void Data_without_classes_are_refused()
    {
        Assert.Contains("labelled data", Assert.Throws<ConfigurationException>(() => Toy.Build(() => new KCL(new TinyEncoder(), new(32, 0, 4), new()))).Message, StringComparison.Ordinal);
        using var scope = Scope.Open();
        using var data = new ToyData();
        Assert.Throws<Kindred.DataException>(() => Toy.Loss(Make(), data.Batch() with { Labels = null }));
    }
}
