using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>The toy data with numbers of another precision.</summary>
sealed class WideData(IData data, Dtype dtype) : IData
{
    public int Count => data.Count;
    public int StepsPerEpoch => data.StepsPerEpoch;
    public IReadOnlyList<string> Classes => data.Classes;
    public IReadOnlyList<int>? Labels => data.Labels;
    public IEnumerable<IRawBatch> Batches(int epoch, int skip, EpochPlan? plan, CancellationToken cancel) => data.Batches(epoch, skip, plan, cancel).Select(b => new Raw(b, dtype));
    public IEnumerable<IRawBatch> Plain(int size, CancellationToken cancel = default) => data.Plain(size, cancel).Select(b => new Raw(b, dtype));
    public void Dispose() => data.Dispose();

    /// <summary>One batch by hand.</summary>
    public Batch Batch() => new Raw(data.Batches(0, 0, null, CancellationToken.None).First(), dtype).Tensors();

    sealed class Raw(IRawBatch raw, Dtype dtype) : IRawBatch
    {
        public int Count => raw.Count;
        public double Waited => raw.Waited;

        public Batch Tensors()
        {
            var batch = raw.Tensors();
            return batch with { Views = Array.ConvertAll(batch.Views, v => v.X.Dtype.IsFloatingPoint ? v.With(v.X.To(dtype)) : v) };
        }
    }
}
