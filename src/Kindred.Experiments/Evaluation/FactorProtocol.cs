using Kindred.Torch;

namespace Kindred.Experiments.Evaluation;

/// <summary>What each further label of the data can be told from the representation by logistic regression: which factors were learnt, and which were thrown away.</summary>
/// <remarks>Tian et al., arXiv:2005.10243, Sec. 3.3. Labels that have one value, or more than half as many as there are samples, are passed over.</remarks>
/// <param name="L2">Strengths λ to choose from, as in <see cref="Linear"/>.</param>
[Protocol("factors", Title = "what each label of the data can be told from the representation: one linear probe a column", Paper = "arXiv:2005.10243")]
public sealed record FactorProtocol([System.ComponentModel.DataAnnotations.Range(0.0, 1e9)] IReadOnlyList<double>? L2 = null) : Protocol
{
    /// <summary>Strengths λ to choose from.</summary>
    public IReadOnlyList<double> L2 { get; } = L2 ?? [1e-1, 1e-2, 1e-3, 1e-4];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var train = subject.Open("train");
        using var test = subject.Open("test");
        using var scope = Scope.Open();
        var (x, _) = Features.Of(train, subject.Represent, subject.Cancel);
        var (queries, _) = Features.Of(test, subject.Represent, subject.Cancel);
        var metrics = new Dictionary<string, double>();
        foreach (var (name, values) in train.Columns.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            var classes = Math.Max(values.Max(), test.Columns[name].Max()) + 1;
            if (classes < 2 || classes > values.Count / 2) continue;
            using var inner = Scope.Open();
            var (labels, truth) = (Of(values), Of(test.Columns[name]));
            var probe = LinearProbe.Fit(Known(x, labels), Known(labels, labels), classes, ProbeFit.Default with { L2 = L2, Seed = subject.Seed }, subject.Cancel);
            metrics[name] = probe.Accuracy(Known(queries, truth), Known(truth, truth));
        }
        return metrics.Count > 0 ? metrics
            : throw new DataException($"{subject.Uri} knows nothing of its samples beside their class that could be told; this protocol is for data with columns, such as moving: or emoji.");
    }

    static Tensor Of(IReadOnlyList<int> values) => Tensor.From<long>([.. values.Select(v => (long)v)]);

    static Tensor Known(Tensor rows, Tensor labels) => rows.IndexSelect(0, labels.Ge(0).Nonzero().Squeeze(1).To(rows.Device));
}
