using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Tiles change memory, not numbers.</summary>
public class TiledTests
{
    [Theory]
    [InlineData(0.5, 8), InlineData(0.1, 7), InlineData(0.07, 64), InlineData(0.01, 5), InlineData(0.001, 16)]
    public void Tiled_nt_xent_is_nt_xent(double temperature, int tile)
    {
        using var scope = Scope.Open();
        SameLossAndGradient(Made.Rows(40, 6, 3), (z, t) => NtXent.Loss(z, temperature, tile: t), tile, 1e-10);
        SameLossAndGradient(Made.Rows(40, 6, 3) * 3, (z, t) => NtXent.Loss(z, temperature, normalize: false, tile: t), tile, 1e-10);
    }

    [Theory]
    [InlineData(0.5), InlineData(0.1), InlineData(0.07), InlineData(0.01)]
    public void In_float32_the_tiled_gradient_is_as_good_as_the_plain_one(double temperature)
    {
        using var scope = Scope.Open();
        var z = Made.Rows(256, 32, 4);
        var exact = Gradient(z, x => NtXent.Loss(x, temperature, tile: 0));
        var plain = Gradient(z.To(Dtype.Float32), x => NtXent.Loss(x, temperature, tile: 0));
        var tiled = Gradient(z.To(Dtype.Float32), x => NtXent.Loss(x, temperature, tile: 64));
        var allowed = Math.Max(1e-5, 2 * Error(plain));
        Assert.True(Error(tiled) <= allowed, $"relative error {Error(tiled):G3}, plain float32 has {Error(plain):G3}");

        double Error(Tensor gradient) => ((gradient.To(Dtype.Float64) - exact).Norm() / exact.Norm()).Item();
    }

    [Theory]
    [InlineData(0.2), InlineData(0.01)]
    public void Tiled_info_nce_is_info_nce(double temperature)
    {
        using var scope = Scope.Open();
        var key = Made.Rows(30, 6, 5);
        SameLossAndGradient(Made.Rows(20, 6, 6), (q, t) => InfoNce.InBatch(q, key, temperature, offset: 4, tile: t), 7, 1e-10);
        SameLossAndGradient(Made.Rows(30, 6, 6), (q, t) => InfoNce.InBatch(key, q, temperature, symmetric: true, tile: t), 7, 1e-10);
    }

    [Theory]
    [InlineData(0.2), InlineData(0.01)]
    public void Tiled_sup_con_is_sup_con(double temperature)
    {
        using var scope = Scope.Open();
        var labels = Made.Index(0, 1, 0, 2, 2, 2, 3, 1, 4, 0);          // 3 and 4 are singletons
        foreach (var views in new[] { 1L, 3L })
            SameLossAndGradient(Made.Rows(10 * views, 6, 7), (z, t) => SupCon.Loss(z.Reshape([10, views, 6]), labels, temperature, tile: t), 4, 1e-10);
    }

    [Fact]
    public void A_weighted_sum_of_rows_has_the_right_gradient_too()
    {
        using var scope = Scope.Open();
        var weights = Made.Rows(20, 1, 8).Flatten();
        SameLossAndGradient(Made.Rows(20, 5, 9), (z, t) => (TiledLogSumExp.Self(z, 0.3, t) * weights).Sum(), 6, 1e-10);
        SameLossAndGradient(Made.Rows(20, 5, 9), (z, t) => (TiledLogSumExp.Self(z, 0.003, t) * weights).Sum(), 6, 1e-10);
    }

    [Fact]
    public void Batches_too_large_to_keep_their_tiles_make_them_again_for_the_same_gradient()
    {
        using var scope = Scope.Open();
        SameLossAndGradient(Made.Rows(3400, 8, 11), (z, t) => NtXent.Loss(z, 0.2, tile: t), 512, 1e-10);
    }

    [Fact]
    public void Large_float32_batches_of_any_size_have_the_gradient_of_float64_with_any_number_of_threads()
    {
        using var scope = Scope.Open();
        var z = Made.Rows(3402, 8, 12);                                   // neither the rows nor the last tile are a multiple of a vector
        var exact = Gradient(z, x => NtXent.Loss(x, 0.1, tile: 0));
        var threads = Engine.Threads;
        var tiled = Of(1);
        Assert.True(((tiled.To(Dtype.Float64) - exact).Norm() / exact.Norm()).Item() < 1e-5);
        Assert.Equal(tiled.ToArray<float>(), Of(1).ToArray<float>());
        Made.Close(tiled, Of(2), 1e-6);

        Tensor Of(int count)
        {
            Engine.Threads = count;
            try { return Gradient(z.To(Dtype.Float32), x => NtXent.Loss(x, 0.1)); }
            finally { Engine.Threads = threads; }
        }
    }

    [Fact]
    public void A_row_that_is_not_a_number_makes_the_loss_not_a_number()
    {
        using var scope = Scope.Open();
        var z = Made.Rows(600, 8, 13, Dtype.Float32);
        z.Narrow(0, 5, 1).Fill_(double.NaN);
        Assert.True(double.IsNaN(NtXent.Loss(z, 0.2).Item()));
    }

    [Theory]
    [InlineData(0.2), InlineData(0.01)]
    public void In_float32_tiled_info_nce_has_the_gradient_of_float64(double temperature)
    {
        using var scope = Scope.Open();
        var (query, key) = (Made.Rows(603, 8, 14), Made.Rows(650, 8, 15));
        var exact = Gradients(query, key, 0);
        foreach (var (wanted, got) in exact.Zip(Gradients(query.To(Dtype.Float32), key.To(Dtype.Float32), null)))
            Assert.True(((got.To(Dtype.Float64) - wanted).Norm() / wanted.Norm()).Item() < 1e-5);

        Tensor[] Gradients(Tensor q, Tensor k, int? tile)
        {
            (q, k) = (q.Clone().RequiresGrad_(), k.Clone().RequiresGrad_());
            var loss = InfoNce.InBatch(q, k, temperature, offset: 4, tile: tile);
            return [.. Autograd.Grad([loss], [q, k]).Select(g => g!)];
        }
    }

    [Fact]
    public void Memory_does_not_grow_with_the_square_of_the_batch()
    {
        const long Rows = 8192, Dim = 16;
        using var scope = Scope.Open();
        var z = Made.Rows(Rows, Dim, 10, Dtype.Float32).RequiresGrad_();
        CpuMemory.ResetPeak();
        var before = CpuMemory.Allocated;
        NtXent.Loss(z, 0.1).Backward();
        var used = CpuMemory.Peak - before;
        Assert.True(used < 16 << 20, $"{used >> 20} MB for a batch whose matrix of scores would take {Rows * Rows * 4 >> 20} MB");
    }

    static void SameLossAndGradient(Tensor x, Func<Tensor, int, Tensor> loss, int tile, double tolerance)
    {
        Made.Close(loss(x, 0).Item(), loss(x, tile).Item(), tolerance);
        Made.Close(Gradient(x, z => loss(z, 0)), Gradient(x, z => loss(z, tile)), tolerance);
    }

    static Tensor Gradient(Tensor x, Func<Tensor, Tensor> loss)
    {
        var leaf = x.Detach().Clone().RequiresGrad_();
        return Autograd.Of(loss(leaf), leaf);
    }
}
