using System.Globalization;
using Kindred.Experiments.Recipes;
using Kindred.Optim;

namespace Kindred.Tests.Recipes;

/// <summary>Every numeric option of every part that a recipe can name has a finite range, and is held to it: a new part is in by being registered.</summary>
public sealed class EveryOptionTests
{
    // What is registered nowhere and still read from a recipe.
    static readonly (string Name, Type Record)[] others =
        [("train", typeof(TrainSection)), ("view", typeof(ViewSection)), ("parameter group", typeof(ParameterGroup))];

    public static IEnumerable<TheoryDataRow<string, string>> Options() =>
        from record in Records()
        from option in OptionInfo.Of(record.Type)
        where option.IsNumeric
        select new TheoryDataRow<string, string>(record.Name, option.Name);

    [Theory, MemberData(nameof(Options))]
    public void It_has_a_finite_range(string part, string option)
    {
        var rule = Find(part, option).Option.Rule;
        Assert.True(rule.Exists, $"{part}: {option} takes every number; give its parameter a range");
        if (rule.Bounds is { } bounds) Assert.True(double.IsFinite(bounds.Low) && double.IsFinite(bounds.High) && bounds.Low <= bounds.High, $"{part}: {option} has no finite range");
    }

    [Theory, MemberData(nameof(Options))]
    public void What_is_out_of_range_is_refused_with_key_value_range_and_line(string part, string option)
    {
        var (type, info) = Find(part, option);
        var key = $"part.{option}";
        foreach (var bad in Outside(info))
        {
            foreach (var (text, path) in Shapes(info, bad))
            {
                var yaml = $"# a comment\n{option}: {text}\n";
                var error = Assert.Throws<ConfigurationException>(() => Parts.Binder.Bind(type, With(yaml, type, option), "part"));
                Assert.True(error.Message.StartsWith($"{key}{path}", StringComparison.Ordinal), $"{yaml} → {error.Message}");
                Assert.Contains(bad.TrimStart('+'), error.Message, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("r.yaml:2:", error.Message);
                // A schedule's own numbers have a range of their own, which may be narrower.
                Assert.Contains(text.StartsWith('{') ? "it takes at " : info.Accepted!.Split(", each ")[^1], error.Message);
            }
        }
    }

    [Fact]
    public void Every_kind_has_parts_and_the_walk_meets_all_of_them()
    {
        // Sources of pictures that come along are no parts, only those of plug-ins are.
        Assert.All(Catalogues.All.Where(c => c != Catalogues.PictureSources), c => Assert.NotEmpty(c.Parts));
        var walked = Options().Select(o => o.Data.Item1).ToHashSet();
        Assert.Contains("encoder resnet50", walked);
        Assert.Contains("optimizer adamw", walked);
        Assert.Contains("schedule stairs", walked);
        Assert.Contains("view operation crop", walked);
        Assert.Contains("protocol knn", walked);
        Assert.Contains("method moco-v2", walked);
    }

    static IEnumerable<(string Name, Type Type)> Records() =>
        (from catalogue in Catalogues.All
         from part in catalogue.Parts
         where part.Options is not null
         from record in Nested(part.Options!).Prepend(part.Options!)
         select ($"{catalogue.Kind} {part.Attribute.Name}{(record == part.Options ? "" : $" {record.Name}")}", record))
        .Concat(others.Select(o => (o.Name, o.Record)));

    // Records inside of options, such as those of a list; parameter groups are in the list above.
    static IEnumerable<Type> Nested(Type record) =>
        from option in OptionInfo.Of(record)
        let inner = option.Type.IsArray ? option.Type.GetElementType()! : option.Type.IsGenericType ? option.Type.GetGenericArguments()[^1] : option.Type
        where OptionRules.IsRecord(inner) && !inner.IsAbstract && inner != typeof(ParameterGroup)
        from all in Nested(inner).Prepend(inner)
        select all;

    static (Type Type, OptionInfo Option) Find(string part, string option)
    {
        var type = Records().First(r => r.Name == part).Type;
        return (type, OptionInfo.Of(type).Single(o => o.Name == option));
    }

    static IEnumerable<string> Outside(OptionInfo option)
    {
        var whole = option.Kind.Contains("whole", StringComparison.Ordinal);
        if (option.Rule.Bounds is { } bounds)
        {
            yield return Text(bounds.LowExcluded ? bounds.Low : whole ? bounds.Low - 1 : Below(bounds.Low));
            yield return Text(bounds.HighExcluded ? bounds.High : whole ? bounds.High + 1 : -Below(-bounds.High));
        }
        foreach (var senseless in new[] { "-9999999", ".nan", "NaN", ".inf", "-.inf", "1e400", "-1e38" }) yield return senseless;
    }

    // By itself, and wherever else it may hide: in a list, at either end of a schedule.
    static IEnumerable<(string Text, string Path)> Shapes(OptionInfo option, string bad)
    {
        if (option.Kind == "number or schedule")
        {
            yield return (bad, "");
            yield return ($"{{ cosine: {{ from: {bad}, to: 0.5 }} }}", "");
            yield return ($"{{ stairs: {{ values: [0.5, {bad}], milestones: [3] }} }}", "");
            yield break;
        }
        if (!option.Kind.StartsWith("list", StringComparison.Ordinal))
        {
            yield return (bad, "");
            yield break;
        }
        yield return ($"[{bad}, 0.5]".Replace("0.5", option.Kind.Contains("whole", StringComparison.Ordinal) ? "1" : "0.5", StringComparison.Ordinal), ".0");
        if (option.Rule.Bounds is { } bounds)
            yield return ($"[{Text(bounds.High)}, {bad}]".Replace($"[{Text(bounds.High)}", bounds.HighExcluded ? "[0.5" : $"[{Text(bounds.High)}",
                StringComparison.Ordinal), ".1");
    }

    // The options that must be written stand below, so that only the one at hand can be wrong.
    static RecipeNode With(string yaml, Type type, string option)
    {
        foreach (var needed in OptionInfo.Of(type).Where(o => o.IsRequired && o.Name != option))
            yaml += $"{needed.Name}: {(needed.Kind.StartsWith("list", StringComparison.Ordinal) ? "[1]" : "1")}\n";
        return RecipeReader.Read(yaml, "r.yaml");
    }

    // The next number, but for 0: threads of libtorch take the smallest numbers for 0.
    static double Below(double number) => number == 0 ? -1e-300 : Math.BitDecrement(number);

    static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e+", StringComparison.Ordinal);
}
