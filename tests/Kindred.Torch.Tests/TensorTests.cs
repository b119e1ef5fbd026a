namespace Kindred.Torch.Tests;

public class TensorTests
{
    [Fact]
    public void Data_goes_in_and_comes_out_in_row_major_order()
    {
        using var scope = Scope.Open();
        var x = Tensor.From<float>([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([2, 3], x.Shape);
        Assert.Equal([1f, 4, 2, 5, 3, 6], x.T().ToArray<float>());
        Assert.Equal([1L, 2, 3, 4, 5, 6], x.ToArray<long>());
        Assert.Equal(21, x.Sum().Item());
    }

    [Fact]
    public void Seed_0_gives_the_numbers_that_every_libtorch_gives()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(0);
        Assert.Equal(1.5409960746765137, Tensor.Randn([1], generator).Item());
        var state = generator.State;
        var next = Tensor.Randn([5], generator).ToArray<float>();
        generator.State = state;
        Assert.Equal(next, Tensor.Randn([5], generator).ToArray<float>());
    }

    [Fact]
    public void Integer_tensors_stay_integers_under_integer_scalars()
    {
        using var scope = Scope.Open();
        var x = Tensor.From<long>([1, 2]);
        Assert.Equal(Dtype.Int64, (x + 1).Dtype);
        Assert.Equal(Dtype.Float32, (x * 0.5).Dtype);
    }

    [Fact]
    public void A_scope_frees_what_was_born_in_it_and_returns_what_it_is_told_to()
    {
        var before = Tensor.Alive;
        Tensor kept;
        using (var scope = Scope.Open())
        {
            var a = Tensor.Ones([4]);
            using (var inner = Scope.Open()) kept = inner.Return(a * 2 + 1);
            Assert.Equal(before + 2, Tensor.Alive);
            scope.Return(kept);
        }
        Assert.Equal(before + 1, Tensor.Alive);
        using (Scope.Open()) Assert.Equal(12, kept.Sum(0).Item());
        kept.Dispose();
        kept.Dispose();
        Assert.Equal(before + 1 - 1, Tensor.Alive);
        var error = Assert.Throws<ObjectDisposedException>(() => kept.Item());
        Assert.Contains("Parameter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_call_names_the_operator_and_the_shapes_and_hides_the_native_stack()
    {
        using var scope = Scope.Open();
        var error = Assert.Throws<TorchException>(() => Tensor.Ones([2, 3]).Mm(Tensor.Ones([2, 3])));
        Assert.StartsWith("aten::mm: [2, 3] × [2, 3]: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", error.Message, StringComparison.Ordinal);
        Assert.Equal(TorchException.Kinds.Index, Assert.Throws<TorchException>(() => Tensor.Ones([2]).Sum(7)).Kind);
    }

    [Fact]
    public void Lists_strings_optional_tensors_and_tuples_reach_the_operator()
    {
        using var scope = Scope.Open();
        var x = Tensor.Arange(12, Dtype.Float32).View([3, 4]);
        var (values, indices) = x.Topk(2);
        Assert.Equal([3f, 2, 7, 6, 11, 10], values.ToArray<float>());
        Assert.Equal([3L, 2, 3, 2, 3, 2], indices.ToArray<long>());
        Assert.Equal([1f, 5, 9], x.Index([null, Tensor.From<long>([1])]).ToArray<float>());
        Assert.Equal([3, 8], Tensor.Cat([x, x], 1).Shape);
        Assert.Equal(3, x.Split(1).Length);
        Assert.Equal([3, 3], Tensor.Einsum("ij,kj->ik", [x, x]).Shape);
        Assert.Equal([2, 5, 6, 6], Tensor.Conv2d(Tensor.Ones([2, 3, 8, 8]), Tensor.Ones([5, 3, 3, 3])).Shape);
        Assert.Equal([2, 5, 4, 4], Tensor.Conv2d(Tensor.Ones([2, 3, 8, 8]), Tensor.Ones([5, 3, 3, 3]), stride: [2], padding: [1]).Shape);
    }
}
