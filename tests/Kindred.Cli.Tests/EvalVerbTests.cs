using System.Text.Json;

namespace Kindred.Cli.Tests;

/// <summary><c>kindred eval</c> from the outside, on a run of a few steps over made sound: no data set has to be fetched.</summary>
public sealed class EvalVerbTests(EvalVerbTests.Trained trained) : IClassFixture<EvalVerbTests.Trained>
{
    [Theory]
    [InlineData("knn k=3", "accuracy", "k", "3")]
    [InlineData("linear l2=[0.1]", "accuracy", "holdout", "0.2")]
    [InlineData("speaker-out k=3 l2=[0.1]", "knn_bob", "group", "speaker")]
    [InlineData("knn --baseline logmel", "accuracy", "baseline", "logmel")]
    [InlineData("geometry --layer z", "uniformity", "layer", "z")]
    public void It_prints_and_keeps_one_object(string words, string metric, string setting, string value)
    {
        var (code, output, errors) = Cli.Run([.. $"eval {words}".Split(' '), "--run", trained.Run, "--json"]);
        Assert.True(code == 0, errors);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["protocol", "metrics", "settings"], report.EnumerateObject().Select(p => p.Name));
        Assert.True(report.GetProperty("metrics").TryGetProperty(metric, out var number) && double.IsFinite(number.GetDouble()), output);
        Assert.Equal(value, report.GetProperty("settings").GetProperty(setting).ToString());
        Assert.True(report.GetProperty("settings").GetProperty("parts").EnumerateObject().All(p => p.Value.GetProperty("samples").GetInt32() > 0));
        var name = words.Split(' ')[0] + (words.Contains("--baseline", StringComparison.Ordinal) ? ".logmel" : "");
        Assert.Equal(output.Trim(), File.ReadAllText(Path.Combine(trained.Run, "eval", $"{name}.json")).Trim());
    }

    [Theory]
    [InlineData("knnn", "did you mean 'knn'?")]
    [InlineData("knn kk=3", "did you mean 'k'?")]
    [InlineData("knn k=0", "at least 1")]
    [InlineData("knn --layer q", "there are h, z, both")]
    [InlineData("knn --baseline untrianed", "did you mean 'untrained'?")]
    [InlineData("transform-probe", "these data are none")]
    [InlineData("fine-tune --baseline untrained", "from=scratch")]
    public void A_mistake_is_answered_in_one_line(string words, string expected)
    {
        var (code, _, errors) = Cli.Run([.. $"eval {words}".Split(' '), "--run", trained.Run]);
        Assert.Equal(2, code);
        Assert.StartsWith("kindred: ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void What_is_no_run_is_an_error_in_the_data() => Assert.Equal(3, Cli.Run(["eval", "knn", "--run", Path.GetTempPath()]).Code);

    [Fact]
    public void The_recipes_own_evaluations_ran_when_it_was_trained()
    {
        Assert.True(File.Exists(Path.Combine(trained.Run, "eval", "low-shot.json")), trained.Words);
        Assert.Contains("low-shot: accuracy_2", trained.Words, StringComparison.Ordinal);
        Assert.Contains("online_accuracy", File.ReadAllText(Path.Combine(trained.Run, "metrics.jsonl")), StringComparison.Ordinal);
    }

    /// <summary>CPC trained for two epochs on tones: the digit is the pitch, the speaker the loudness.</summary>
    public sealed class Trained : IDisposable
    {
        readonly string folder = Directory.CreateTempSubdirectory("kindred-eval-").FullName;

        public Trained()
        {
            foreach (var digit in new[] { 2, 5 })
                foreach (var (loudness, speaker) in new[] { "ann", "bob", "cyd" }.Index())
                    for (var i = 0; i < 10; i++) File.WriteAllBytes(Path.Combine(folder, $"{digit}_{speaker}_{i}.wav"), Tone(200.0 * digit + 3 * i, 4000 * (loudness + 1)));
            var recipe = Path.Combine(folder, "tones.yaml");
            File.WriteAllText(recipe, $$"""
                method: cpc
                title: Tones
                paper: none
                data: "audio:{{folder}}?split=train&window=2048"
                options: { steps: 2, context: 8 }
                encoder: { name: wave, width: 8 }
                train: { epochs: 2, batch: 8, onlineProbe: true, optimizer: { name: adam, learningRate: 1e-3 } }
                evaluate: [{ low-shot: { k: [2], draws: 2 } }]
                """);
            var (code, _, errors) = Cli.Run(["train", recipe, "--out", Run, "--json"]);
            Words = errors;
            if (code != 0) throw new InvalidOperationException(errors);
        }

        internal string Run => Path.Combine(folder, "run");

        internal string Words { get; }

        static byte[] Tone(double pitch, int loudness)
        {
            const int Rate = 8000, Length = 4000;
            using var bytes = new MemoryStream();
            using var writer = new BinaryWriter(bytes);
            writer.Write("RIFF"u8);
            writer.Write(36 + (2 * Length));
            writer.Write("WAVEfmt "u8);
            writer.Write(16);
            writer.Write((short)1);
            writer.Write((short)1);
            writer.Write(Rate);
            writer.Write(2 * Rate);
            writer.Write((short)2);
            writer.Write((short)16);
            writer.Write("data"u8);
            writer.Write(2 * Length);
            for (var i = 0; i < Length; i++) writer.Write((short)(loudness * Math.Sin(2 * Math.PI * pitch * i / Rate)));
            return bytes.ToArray();
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
