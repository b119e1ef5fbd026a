using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kindred.Experiments.Recipes;

namespace Kindred.Tests.Recipes;

public sealed class RecipeReaderTests
{
    [Fact]
    public void Values_keep_their_text_their_quotes_and_their_place()
    {
        var map = RecipeReader.ReadMap("a: 1\nb:\n  - x\n  - \"12\"\nc: { d: ~, e: }\n", "r.yaml");
        Assert.Equal(["a", "b", "c"], map.Keys);
        var b = Assert.IsType<RecipeList>(map["b"]);
        Assert.False(((RecipeScalar)b.Items[0]).Quoted);
        Assert.True(((RecipeScalar)b.Items[1]).Quoted);
        Assert.Equal("r.yaml:4:5", b.Items[1].Place.ToString());
        Assert.True(((RecipeMap)map["c"]!)["d"]!.IsNull);
        Assert.True(((RecipeMap)map["c"]!)["e"]!.IsNull);
        Assert.True(map.TryGet("b.0", out _));
        Assert.False(map.TryGet("b.2", out _));
        Assert.False(map.TryGet("c.d", out _));
    }

    [Theory]
    [InlineData("a: 1\na: 2\n", "r.yaml:2:1", "'a' stands twice")]
    [InlineData("a: !!python/object/apply:os.system ['touch canary']\n", "r.yaml:1:4", "tag")]
    [InlineData("a: !System.Diagnostics.Process { }\n", "r.yaml:1:4", "tag")]
    [InlineData("a: !!int \"3\"\n", "r.yaml:1:4", "tag")]
    [InlineData("a: *b\n", "r.yaml:1:", "b")]
    [InlineData("a: [1, 2\nb: 3\n", "r.yaml:1:", "not valid YAML")]
    [InlineData("a: 1\n b: 2\n", "r.yaml:2:", "not valid YAML")]
    [InlineData("a: 1\n---\nb: 2\n", "r.yaml:2:", "second document")]
    [InlineData("- 1\n- 2\n", "r.yaml:1:1", "a list of 2")]
    [InlineData("just words\n", "r.yaml:1:1", "'just words'")]
    [InlineData("? [a, b]\n: 1\n", "r.yaml:1:3", "key must be a word")]
    public void What_a_recipe_may_not_be_is_refused_with_its_line(string yaml, string place, string why)
    {
        var error = Assert.Throws<ConfigurationException>(() => RecipeReader.ReadMap(yaml, "r.yaml"));
        Assert.Contains(place, error.Message);
        Assert.Contains(why, error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void An_empty_file_is_an_empty_map()
    {
        Assert.Empty(RecipeReader.ReadMap("", "r").Entries);
        Assert.Empty(RecipeReader.ReadMap("# only a comment\n", "r").Entries);
    }

    [Fact]
    public void Bombs_are_refused_before_they_go_off()
    {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            laughs.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");

        string[] bombs =
        [
            laughs.ToString(),
            "a: &a [*a]\n",
            $"a: {new string('x', 10_000_000)}",
            $"a: {new string('[', 100_000)}",
            $"a: {new string('{', 100_000)}",
            string.Concat(Enumerable.Range(0, 400).Select(i => $"{new string(' ', i)}k:\n")),
            $"a: [{string.Join(",", Enumerable.Repeat("1", 200_000))}]",
        ];

        foreach (var bomb in bombs)
        {
            var clock = Stopwatch.StartNew();
            Assert.Throws<ConfigurationException>(() => RecipeReader.ReadMap(bomb, "bomb"));
            // Milliseconds on a quiet machine; a bomb that goes off takes hours.
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
        }
    }

    [Fact]
    public void Aliases_within_reason_work()
    {
        var map = RecipeReader.ReadMap("base: &b { lr: 1 }\none: *b\ntwo: *b\n", "r");
        Assert.True(map.TryGet("two.lr", out var lr));
        Assert.Equal("1", ((RecipeScalar)lr).Text);
    }

    [Theory]
    [InlineData("paper: arXiv:2003.04297\noptions: { queue: 4096, momentum: 0.99 }\nviews:\n- { name: g, of: [{ crop: { size: 32, scale: [0.2, 1] } }, flip] }\n")]
    [InlineData("a: \"12\"\nb: 'true'\nc: ~\nd:\ne: \"\"\nf: -3\ng: -.5\nh: .inf\ni: \"- x\"\nj: \"#no\"\nk: \"a: b\"\nl: \"tab\\tline\\nend\"\nm: ünïcode 🙂\n")]
    [InlineData("a: [[], {}, [1, [2, [3]]], { x: { y: [] } }]\n\"odd key: \": 1\n\"12\": 2\n")]
    [InlineData("a: |\n  two\n  lines\nb: >\n  folded\n  text\n")]
    public void What_is_printed_reads_back_the_same_and_prints_the_same(string yaml)
    {
        var first = RecipeReader.ReadMap(yaml, "r");
        var printed = first.ToString();
        var second = RecipeReader.ReadMap(printed, "r");
        Assert.Equal(Shape(first), Shape(second));
        Assert.Equal(printed, second.ToString());
    }

    [Fact]
    public void Printed_long_values_become_blocks()
    {
        var map = RecipeReader.ReadMap("views: [{ name: global, of: [{ crop: { size: 32, scale: [0.2, 1.0] } }, { jitter: { strength: 0.4, p: 0.8 } }, { gray: { p: 0.2 } }, flip] }]\n", "r");
        Assert.Equal(
            """
            views:
              -
                name: global
                of:
                  - { crop: { size: 32, scale: [0.2, 1.0] } }
                  - { jitter: { strength: 0.4, p: 0.8 } }
                  - { gray: { p: 0.2 } }
                  - flip

            """, map.ToString());
    }

    /// <summary>Everything that a reader of the nodes can tell apart.</summary>
    static string Shape(RecipeNode node) => node switch
    {
        RecipeScalar { IsNull: true } => "null",
        RecipeScalar s => double.TryParse(s.Text, out _) || s.Text is "true" or "false" ? $"{(s.Quoted ? "text" : "value")} {s.Text}" : $"<{s.Text}>",
        RecipeList l => $"[{string.Join(",", l.Items.Select(Shape))}]",
        RecipeMap m => $"{{{string.Join(",", m.Entries.Select(e => $"{e.Key}={Shape(e.Value)}"))}}}",
        _ => "",
    };
}
