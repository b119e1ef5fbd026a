using System.Globalization;
using System.Text.RegularExpressions;

namespace Kindred.Experiments.Studies;

/// <summary>Reads claims by recursive descent.</summary>
sealed partial class ClaimReader(string text, IReadOnlyList<string> cells, string path)
{
    static readonly Dictionary<string, Func<IEnumerable<double>, double>> functions = new()
    {
        ["mean"] = values => values.Average(), ["min"] = values => values.Min(), ["max"] = values => values.Max(), ["abs"] = values => Math.Abs(values.Single()),
    };

    int at;

    internal Claim Read()
    {
        var left = Sum();
        var sign = Take(Comparison()) ?? throw Wrong("one of > >= < <= was expected");
        var right = Sum();
        Space();
        return at == text.Length ? new(text, left, sign, right) : throw Wrong("the claim should end");
    }

    ClaimTerm Sum()
    {
        var sum = Product();
        while (Take(AddOrSubtract()) is { } sign) sum = Join(sum, Product(), sign == "+" ? (a, b) => a + b : (a, b) => a - b);
        return sum;
    }

    ClaimTerm Product()
    {
        var product = Factor();
        while (Take(TimesOrOver()) is { } sign) product = Join(product, Factor(), sign == "*" ? (a, b) => a * b : (a, b) => a / b);
        return product;
    }

    ClaimTerm Factor()
    {
        if (Take(Minus()) is not null)
        {
            var inner = Factor();
            return inner with { Value = metric => -inner.Value(metric) };
        }
        if (Take(Open()) is not null)
        {
            var inner = Sum();
            return Take(Close()) is null ? throw Wrong("a closing bracket was expected") : inner;
        }
        if (Metric() is { } one) return Of(one);
        if (Take(Number()) is { } number)
        {
            var value = double.Parse(number, CultureInfo.InvariantCulture);
            return new([], _ => value);
        }
        var start = at;
        if (Take(Function()) is not { } name) throw Wrong($"a number, a bracket or a metric such as {Example()} was expected");
        if (!functions.TryGetValue(name, out var function)) throw Wrong($"there is no function '{name}'{Suggest.Nearest(name, functions.Keys)}; there are {string.Join(", ", functions.Keys)}", start);
        Take(Open());
        return Call(name, function, start);
    }

    ClaimTerm Call(string name, Func<IEnumerable<double>, double> function, int start)
    {
        var terms = new List<ClaimTerm>();
        do
        {
            if (Pattern() is { } many) terms.AddRange(many.Select(Of));
            else terms.Add(Sum());
        }
        while (Take(Comma()) is not null);
        if (Take(Close()) is null) throw Wrong("a comma or a closing bracket was expected");
        if (name == "abs" && terms.Count != 1) throw Wrong("abs takes one value", start);
        return new([.. terms.SelectMany(t => t.Metrics)], metric => function(terms.Select(t => t.Value(metric))));
    }

    // The longest cell's name that a point and a metric follow.
    CellMetric? Metric()
    {
        Space();
        foreach (var cell in cells.OrderByDescending(c => c.Length))
        {
            if (!text.AsSpan(at).StartsWith(cell, StringComparison.Ordinal)) continue;
            var rest = MetricName().Match(text, at + cell.Length);
            if (!rest.Success) continue;
            at += cell.Length + rest.Length;
            return new(cell, rest.Value[1..]);
        }
        return null;
    }

    List<CellMetric>? Pattern()
    {
        Space();
        var match = PatternName().Match(text, at);
        if (!match.Success) return null;
        var fits = new Regex("^" + string.Join(".*", match.Groups["cell"].Value.Split('*').Select(Regex.Escape)) + "$");
        var found = cells.Where(c => fits.IsMatch(c)).Select(c => new CellMetric(c, match.Groups["metric"].Value)).ToList();
        if (found.Count == 0) throw Wrong($"no cell fits '{match.Groups["cell"].Value}'; there are {Suggest.Some(cells)}");
        at += match.Length;
        return found;
    }

    static ClaimTerm Of(CellMetric one) => new([one], metric => metric(one.Cell, one.Metric));

    static ClaimTerm Join(ClaimTerm a, ClaimTerm b, Func<double, double, double> by) => new([.. a.Metrics, .. b.Metrics], metric => by(a.Value(metric), b.Value(metric)));

    string? Take(Regex token)
    {
        Space();
        var match = token.Match(text, at);
        if (!match.Success) return null;
        at += match.Length;
        return match.Groups["t"].Success ? match.Groups["t"].Value : match.Value;
    }

    void Space()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    string Example() => $"{(cells.Count > 0 ? cells[0] : "cell")}.knn.accuracy";

    ConfigurationException Wrong(string what, int? place = null)
    {
        var from = Math.Min(place ?? at, text.Length);
        var word = WordAhead().Match(text, from).Value;
        var named = CellAhead().Match(word);
        var hint = named.Success ? Suggest.Nearest(named.Groups["cell"].Value, cells) : "";
        var came = word.Length == 0 ? "the end" : $"'{word}'";
        return new(string.Create(CultureInfo.InvariantCulture, $"{path}: \"{text}\", character {from + 1}: {what}, this is {came}{hint}. Cells: {Suggest.Some(cells)}."));
    }

    [GeneratedRegex(@"\G(>=|<=|>|<)")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"\G[+-]")]
    private static partial Regex AddOrSubtract();

    [GeneratedRegex(@"\G[*/]")]
    private static partial Regex TimesOrOver();

    [GeneratedRegex(@"\G-")]
    private static partial Regex Minus();

    [GeneratedRegex(@"\G\(")]
    private static partial Regex Open();

    [GeneratedRegex(@"\G\)")]
    private static partial Regex Close();

    [GeneratedRegex(@"\G,")]
    private static partial Regex Comma();

    [GeneratedRegex(@"\G\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")]
    private static partial Regex Number();

    [GeneratedRegex(@"\G(?<t>[a-z]+)(?=\s*\()")]
    private static partial Regex Function();

    // Words of letters, digits and underscores, joined by points and by hyphens that letters follow: a minus stands between spaces.
    [GeneratedRegex(@"\G\.[A-Za-z]\w*([.-]\w+)*")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\G(?<cell>[^\s,()]*\*[^\s,()]*?)\.(?<metric>[A-Za-z]\w*([.-]\w+)*)(?=\s*[,)])")]
    private static partial Regex PatternName();

    [GeneratedRegex(@"\G[^\s,()]+")]
    private static partial Regex WordAhead();

    [GeneratedRegex(@"^(?<cell>[^.]+)\.")]
    private static partial Regex CellAhead();
}
