using Kindred.Batches;
using Kindred.Torch;
using Kindred.Views;

namespace Kindred.Evaluation;

/// <summary>Runs a representation over a whole data set.</summary>
public static class Features
{
    /// <summary>Unit features and labels of every sample, in order.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="plan">How they are seen.</param>
    /// <param name="seed">What the view's chance is drawn from.</param>
    /// <param name="represent">Maps a view to `[n, D]`.</param>
    /// <returns>`[N, D]` in single precision and `[N]`, in the open scope.</returns>
    public static (Tensor Features, Tensor Labels) Of(PictureData data, ViewPlan plan, ulong seed, Func<View, Tensor> represent)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(represent);
        List<Tensor> rows = [], labels = [];
        foreach (var raw in data.InOrder(plan, seed, 256))
        {
            using var scope = Scope.Open();
            var batch = raw.Tensors();
            rows.Add(scope.Return(represent(batch.Views[0]).To(Dtype.Float32).Normalize()));
            labels.Add(scope.Return(batch.Labels!));
        }
        return (Tensor.Cat([.. rows]), Tensor.Cat([.. labels]));
    }
}
