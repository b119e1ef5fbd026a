using System.Globalization;
using System.Text;
using Kindred.Data.Audit;
using Kindred.Data.Loading;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Experiments.Modalities;

/// <summary>What can be said of any data that open: how many samples, what an input looks like, which hold a number that is none, and what a method sees of some.</summary>
static class Overview
{
    const int Batch = 256, Shown = 8, MostColumns = 16;

    /// <summary>Counts, and with a closer look numbers that are not finite, mean and deviation.</summary>
    /// <param name="uri">What the report calls them.</param>
    /// <param name="data">The data.</param>
    /// <param name="look">How closely.</param>
    /// <param name="cancel">Stops.</param>
    /// <param name="progress">Is told how many samples of how many are done.</param>
    public static DataReport Of(string uri, IData data, Look look, CancellationToken cancel, Action<int, int>? progress)
    {
        var bad = new List<BadSample>();
        Tensor? sum = null, squares = null;
        long rows = 0;
        using var scope = Scope.Open();
        foreach (var raw in look == Look.Scan ? [] : data.Plain(Batch, cancel))
        {
            using var inner = Scope.Open();
            var batch = raw.Tensors();
            foreach (var view in batch.Views)
            {
                var finite = view.X.Flatten(1).To(Dtype.Float64).Sum([1]).ToArray<double>();
                bad.AddRange(Enumerable.Range(0, finite.Length).Where(i => !double.IsFinite(finite[i])).Select(i => Broken((int)rows + i, view)));
            }
            var x = batch.Views[0].X.Flatten(1).To(Dtype.Float64);
            if (x.Size(1) > MostColumns) x = x.ViewAs(Tensor.Empty([x.Numel, 1], Dtype.Float64));
            (sum, squares) = (inner.Return(sum is null ? x.Mean([0]) * raw.Count : sum + (x.Mean([0]) * raw.Count)),
                inner.Return(squares is null ? x.Square().Mean([0]) * raw.Count : squares + (x.Square().Mean([0]) * raw.Count)));
            rows += raw.Count;
            progress?.Invoke((int)rows, data.Count);
        }
        double[]? mean = null, deviation = null;
        if (look == Look.Statistics && sum is not null && squares is not null)
        {
            mean = (sum / rows).ToArray<double>();
            deviation = [.. (squares / rows).ToArray<double>().Zip(mean, (s, m) => Math.Sqrt(Math.Max(0, s - (m * m))))];
        }
        return new DataReport
        {
            Source = uri, Samples = data.Count, Bad = bad, Sizes = null, Mean = mean, Std = deviation,
            Classes = data.Classes.Select((name, i) => (name, data.Labels!.Count(l => l == i))).ToDictionary(c => c.name, c => c.Item2),
            Unlabelled = data.Labels is null ? data.Count : data.Labels.Count(l => l < 0),
            Formats = data.Inputs.ToDictionary(i => i.Key, i => (int)i.Value),
        };
    }

    static BadSample Broken(int row, View view) => new(row, string.Create(CultureInfo.InvariantCulture, $"#{row}"), $"a value of its view '{view.Name}' is no finite number");

    /// <summary>What a method sees of some samples: a line for each view of each.</summary>
    /// <param name="data">The data, in a recipe's views.</param>
    /// <param name="seed">Chooses samples.</param>
    /// <param name="rows">How many.</param>
    /// <param name="line">Puts one row of a view into words.</param>
    public static string Listing(IData data, ulong seed, int rows, Func<View, int, string> line)
    {
        var order = new int[data.Count];
        new RandomKey(seed, 0, -3, 0).Draws().Permutation(order);
        int[] chosen = [.. order.Take(rows).Order()];
        var text = new StringBuilder();
        using var scope = Scope.Open();
        foreach (var raw in data.Batches(0, 0, new([chosen]), default))
        {
            var batch = raw.Tensors();
            var labels = batch.Labels?.ToArray<long>();
            for (var i = 0; i < chosen.Length; i++)
            {
                var label = labels is null || labels[i] < 0 ? "" : $"  {data.Classes[(int)labels[i]]}";
                text.Append(CultureInfo.InvariantCulture, $"#{chosen[i]}{label}\n");
                foreach (var view in batch.Views) text.Append(CultureInfo.InvariantCulture, $"  {view.Name}: {line(view, i)}\n");
            }
        }
        return text.ToString();
    }

    /// <summary>The first values of a row, and how many there are.</summary>
    public static string Values(View view, int row)
    {
        var values = view.X.Select(0, row).Flatten().To(Dtype.Float64).ToArray<double>();
        return string.Join(' ', values.Take(Shown).Select(v => v.ToString("0.###", CultureInfo.InvariantCulture)))
            + (values.Length <= Shown ? "" : string.Create(CultureInfo.InvariantCulture, $" … ({values.Length} values)"));
    }
}
