using Kindred.Data.Pictures;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;

namespace Kindred.Tests.Embeddings;

/// <summary>Runs of a step or two over small data of each kind, trained once for all tests that look at them.</summary>
public sealed class SmallRuns : IDisposable
{
    const string Train = "train: { epochs: 1, batch: 8, workers: 1, precision: fp32, optimizer: { name: sgd, learningRate: 0.01 } }";

    readonly Dictionary<string, string> recipes;

    public SmallRuns()
    {
        foreach (var (kind, shade) in new[] { ("dark", 20), ("light", 140) })
            for (var i = 0; i < 20; i++) Picture(At($"own/{kind}/{i:00}.png"), i, shade);
        for (var i = 0; i < 30; i++) Picture(At($"flat/p{i:00}.png"), i, 4 * i);
        File.WriteAllText(At("text.txt"), string.Concat(Enumerable.Range(0, 40).Select(i => $"word{i % 7} thing{i % 5} does{i % 3}\n")));
        for (var i = 0; i < 16; i++) Sound(At($"sound/{i % 2}_ann_{i}.wav"), i);
        recipes = new()
        {
            ["pictures"] = $"{{ method: simclr, data: 'folder:{At("own")}', encoder: {{ name: convnet, width: 4 }}, "
                + $"views: [{{ name: global, count: 2, of: [{{ crop: {{ size: 12, scale: [0.5, 1] }} }}], normalize: half }}], {Train} }}",
            ["text"] = $"{{ method: simcse, data: 'text:{At("text.txt")}?vocabulary=60', encoder: {{ name: bert, width: 8, heads: 2, depth: 1, pooling: mean }}, {Train} }}",
            ["sound"] = $"{{ method: cpc, data: 'audio:{At("sound")}?window=1600', options: {{ steps: 2, context: 8 }}, encoder: {{ name: wave, width: 8 }}, {Train} }}",
            ["graphs"] = $"{{ method: graphcl, data: 'motifs:40', encoder: {{ name: gin, width: 8, depth: 1 }}, "
                + $"views: [{{ name: whole }}, {{ name: changed, of: [{{ one-of: {{ share: 0.1 }} }}] }}], {Train} }}",
        };
    }

    /// <summary>The kinds of data that there is a run of.</summary>
    public static TheoryData<string> Kinds => ["pictures", "text", "sound", "graphs"];

    public string Folder { get; } = Directory.CreateTempSubdirectory("kindred-embedding-").FullName;

    public string At(string name)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>A run's folder; trained when it is asked for first.</summary>
    public string Run(string kind)
    {
        var run = At($"run-{kind}");
        if (!Directory.Exists(run)) new TrainingRun(Recipe.Parse(recipes[kind], kind, binder: Parts.Binder), new RunOptions { Folder = run, MaxSteps = 2 },
            null, _ => { }).Run();
        return run;
    }

    public static void Picture(string path, int number, int shade)
    {
        var random = new Random(number + shade);
        var picture = new Picture(16, 16, 3);
        foreach (ref var pixel in picture.Pixels.AsSpan()) pixel = (byte)(shade + random.Next(100));
        PngWriter.Write(path, picture);
    }

    public static void Sound(string path, int number)
    {
        var samples = Enumerable.Range(0, 3200).SelectMany(i => BitConverter.GetBytes((short)(8000 * Math.Sin(i * (0.02 + (0.005 * number)))))).ToArray();
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("RIFF"u8);
        writer.Write(36 + samples.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8000);
        writer.Write(16000);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
