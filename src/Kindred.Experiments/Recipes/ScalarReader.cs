using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Kindred.Experiments.Recipes;

/// <summary>Reads one scalar as a .NET value, and writes it back, in the invariant culture.</summary>
abstract class ScalarReader
{
    static readonly Dictionary<Type, ScalarReader> Known = new()
    {
        [typeof(int)] = new Number<int>("a whole number"),
        [typeof(long)] = new Number<long>("a whole number"),
        [typeof(ulong)] = new Number<ulong>("a whole number that is not negative"),
        [typeof(double)] = new Real<double>(),
        [typeof(float)] = new Real<float>(),
        [typeof(bool)] = new Truth(),
        [typeof(string)] = new Text(),
    };

    public static ScalarReader? For(Type type) => Known.TryGetValue(type, out var known) ? known
        : type.IsEnum ? new Named(type)
        : IsParsable(type) ? (ScalarReader)Activator.CreateInstance(typeof(Parsed<>).MakeGenericType(type))! : null;

    /// <param name="node">The scalar.</param>
    /// <param name="path">Where it stands, for messages.</param>
    /// <param name="rule">What it accepts, for messages: whoever calls compares.</param>
    public abstract object Read(RecipeNode node, string path, OptionRule? rule = null);

    /// <summary>A value as a node that reads back as the same value.</summary>
    public static RecipeNode Write(object value)
    {
        var place = RecipePlace.Default;

        return value switch
        {
            RecipeNode node => node,
            bool b => new RecipeScalar(b ? "true" : "false", false, place),
            string s => new RecipeScalar(s, LooksTyped(s), place),
            Enum e => new RecipeScalar(OptionInfo.CamelCase(e.ToString()), false, place),
            double.PositiveInfinity => new RecipeScalar(".inf", false, place),
            double.NegativeInfinity => new RecipeScalar("-.inf", false, place),
            IDictionary map => new RecipeMap([.. map.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, Write(map[key]!)))], place),
            IEnumerable list => new RecipeList([.. list.Cast<object>().Select(Write)], place),
            System.Runtime.CompilerServices.ITuple pair => new RecipeList([.. Enumerable.Range(0, pair.Length).Select(i => Write(pair[i]!))], place),
            IFormattable number when Known.ContainsKey(value.GetType()) || IsParsable(value.GetType()) => new RecipeScalar(number.ToString(null, CultureInfo.InvariantCulture), false, place),
            _ when IsParsable(value.GetType()) => new RecipeScalar(value.ToString()!, false, place),
            _ => OptionInfo.Write(value),
        };
    }

    static string Takes(OptionRule? rule) => rule?.Accepted is { } accepted ? $"; it takes {accepted}" : "";

    static bool LooksTyped(string s) => s is "" or "~" or "null" or "true" or "false" || double.TryParse(s, CultureInfo.InvariantCulture, out _);

    static bool IsParsable(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>) && i.GetGenericArguments()[0] == type);

    static RecipeScalar Scalar(RecipeNode node, string path, string expected) =>
        node as RecipeScalar ?? throw node.Error(path, $"{expected} was expected, this is {node.Kind}");

    sealed class Number<T>(string expected) : ScalarReader where T : struct, System.Numerics.INumber<T>
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule)
        {
            var scalar = Scalar(node, path, expected);

            return !scalar.Quoted && T.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw scalar.Error(path, $"{expected} was expected, this is {scalar.Kind}{Hint(scalar)}{Takes(rule)}");
        }

        static string Hint(RecipeScalar scalar) => scalar.Quoted ? "; leave the quotes out" : "";
    }

    sealed class Real<T> : ScalarReader where T : struct, System.Numerics.IFloatingPointIeee754<T>
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule)
        {
            const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            var scalar = Scalar(node, path, "a number");

            if (scalar.Quoted)
                throw scalar.Error(path, $"a number was expected, this is {scalar.Kind}; leave the quotes out{Takes(rule)}");

            if (scalar.Text is ".inf" or "+.inf" or "-.inf")
                return scalar.Text[0] == '-' ? T.NegativeInfinity : T.PositiveInfinity;

            // Words like NaN and ∞ parse whatever the style is; a number begins with a digit, a sign or a point.
            return scalar.Text.Length > 0 && scalar.Text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E')
                && T.TryParse(scalar.Text, style, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number)
                ? number
                : throw scalar.Error(path, $"a number was expected, this is {scalar.Kind}{(scalar.Text.Contains(',', StringComparison.Ordinal) ? "; write a decimal point" : "")}{Takes(rule)}");
        }
    }

    sealed class Truth : ScalarReader
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule) => Scalar(node, path, "true or false") switch
        {
            { Quoted: false, Text: "true" } => true,
            { Quoted: false, Text: "false" } => false,
            var other => throw other.Error(path, $"true or false was expected, this is {other.Kind}"),
        };
    }

    sealed class Text : ScalarReader
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule) => Scalar(node, path, "a text").Text;
    }

    sealed class Named(Type type) : ScalarReader
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule)
        {
            var names = Enum.GetNames(type);
            var shown = names.Select(OptionInfo.CamelCase).ToArray();
            var scalar = Scalar(node, path, $"one of {string.Join(", ", shown)}");
            var found = Array.FindIndex(names, n => string.Equals(n, scalar.Text, StringComparison.OrdinalIgnoreCase));

            return found >= 0 ? Enum.Parse(type, names[found])
                : throw scalar.Error(path, $"{scalar.Kind} is not known here{Suggest.Nearest(scalar.Text, shown)}; it takes {string.Join(", ", shown)}");
        }
    }

    sealed class Parsed<T> : ScalarReader where T : IParsable<T>
    {
        public override object Read(RecipeNode node, string path, OptionRule? rule)
        {
            var scalar = Scalar(node, path, $"a {typeof(T).Name}");

            try
            {
                return T.Parse(scalar.Text, CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or KindredException)
            {
                throw scalar.Error(path, e.Message);
            }
        }
    }
}
