using System.Globalization;
using System.Text;
using Kindred.Data.Audit;
using Kindred.Data.Sources;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;

namespace Kindred.Experiments.Recipes;

/// <summary>A first recipe for somebody's data, with a study beside it: what was seen of them decides sizes, batch, epochs and what is evaluated.</summary>
/// <param name="Yaml">The recipe, with comments.</param>
/// <param name="Study">The study, which names the recipe <c>recipe.yaml</c>.</param>
/// <param name="Seen">What was seen, in a sentence.</param>
/// <param name="Warnings">What a person should know, a sentence each.</param>
public sealed record RecipeDraft(string Yaml, string Study, string Seen, IReadOnlyList<string> Warnings)
{
    const int Fewest = 8, SeenInAll = 100_000;

    // For data that are no pictures: the recipe that is nearest to them.
    static readonly Dictionary<string, string> others = new()
    {
        ["text"] = "simcse", ["graphs"] = "graphcl", ["sound"] = "cpc.fsdd", ["concepts"] = "calm", ["films"] = "support-set", ["columns"] = "infonce",
            ["points"] = "nce", ["factors"] = "infomin.factors",
    };

    /// <summary>Looks at data and writes for them.</summary>
    /// <param name="uri">The data.</param>
    /// <param name="method">A method of one's choice; left out, what suits the data.</param>
    /// <param name="cancel">Stops looking.</param>
    /// <exception cref="ConfigurationException">There is no such method or kind of data.</exception>
    /// <exception cref="DataException">The data cannot be read, or there are too few to learn from.</exception>
    public static RecipeDraft For(string uri, string? method = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var modality = DataKinds.Of(uri);
        var kind = Catalogues.Modalities.Single(m => m.Type == modality.GetType()).Attribute.Name;
        var report = modality.Audit(uri, Look.Scan, cancel);
        var samples = report.Samples - report.Bad.Count;
        if (samples < Fewest) throw new DataException($"{uri} holds {samples} usable samples; something can be learnt from {Fewest} or more. `kindred data scan` says what is there.");
        var facts = new Facts(Absolute(uri), kind, samples, report.Classes.Count, report.Sizes is { } s ? (s.Width[1], s.Height[1]) : null);
        string[] warnings = [.. report.Bad.Count > 0 ? new[] { $"{report.Bad.Count} of {report.Samples} cannot be used; `kindred data verify` lists them." } : [],
            .. samples < 500 ? new[] { $"{samples} samples are few: expect features of colours and edges, and consider weights to start from (train --from)." } : []];
        if (method is not null) Catalogues.Methods.Find(method);
        var draft = kind == "pictures" && method is null or "simclr" && DataUri.Parse(uri).Kind != "emoji" ? Pictures(facts) : Other(facts, method);
        return new(draft, StudyOf(facts, draft), facts.Sentence, warnings);
    }

    sealed record Facts(string Uri, string Kind, int Samples, int Classes, (int Width, int Height)? Size)
    {
        public string Sentence => string.Create(CultureInfo.InvariantCulture, $"{Samples:#,0} {(Kind == "pictures" ? "pictures" : $"samples of {Kind}")}, ")
            + $"{(Classes > 1 ? $"{Classes} classes" : "no labels")}{(Size is { } s ? $", {s.Width} × {s.Height} pixels in the median" : "")}";

        public int Batch => Math.Clamp(1 << (int)Math.Log2(Math.Max(2, Samples / 4)), 4, 256);

        public int Epochs => Math.Clamp(SeenInAll / Samples, 10, 100);

        /// <summary>The training part, where the data have one.</summary>
        public string Training => Kind == "pictures" && DataUri.Parse(Uri)["split"] is null && PictureSources.Divided(Uri) ? DataSplit.Of(Uri, "train") : Uri;
    }

    static string Pictures(Facts facts)
    {
        var side = facts.Size is { } size ? Math.Min(size.Width, size.Height) : 64;
        var crop = side switch { < 40 => Math.Max(16, side / 4 * 4), < 100 => 64, _ => 96 };
        var encoder = crop <= 40 ? "{ name: small-resnet, width: 32, grid: 2 }   # a small network for small pictures" : "{ name: resnet18, stem: imageNet }";
        return Text($$"""
            # {{Line(facts.Sentence)}}.
            # kindred show NAME prints every option of a part with its range; kindred config validate looks this file over.
            method: simclr
            title: A first try on {{Line(facts.Kind)}} of one's own
            options:
              temperature: 0.2                 # smaller looks harder at the nearest others; 0.1 to 0.5 are usual
              hidden: 512
              dim: 128

            encoder: {{encoder}}
            data: {{Scalar(facts.Training)}}

            # Two random looks at each picture. What they change, the network learns not to see: take colour away
            # from this list where colour matters, add { rotate: … } where up and down do not.
            views:
              - name: global
                count: 2
                of:
                  - crop: { size: {{crop}}, scale: [0.2, 1] }
                  - flip
                  - jitter: { strength: 0.4, hue: 0.1, p: 0.8 }
                  - gray: { p: 0.2 }
                normalize: imagenet

            train:
              epochs: {{facts.Epochs}}                       # more is better, up to hundreds
              batch: {{(crop < 96 ? facts.Batch : Math.Min(64, facts.Batch))}}                       # more gives more others to tell apart, and takes more memory
              warmup: {{(facts.Epochs >= 50 ? 5 : 1)}}
              optimizer: { name: adamw, learningRate: {{(crop < 96 ? "1e-3" : "5e-4")}}, weightDecay: 1e-4 }
              schedule: cosine

            {{(facts.Classes > 1 ? $"evaluate: [{{ knn: {{ k: {Math.Clamp(facts.Samples / 10, 1, 20)} }} }}]   # labels are used here and nowhere else"
                : "evaluate: [geometry]             # without labels: how evenly the vectors spread; knn and linear want labels")}}

            """);
    }

    static string Other(Facts facts, string? method)
    {
        var names = Recipe.Names(Shipped.Recipes);
        var basis = method is null ? facts.Kind == "pictures" ? "simclr"
            : others.GetValueOrDefault(facts.Kind) ?? throw new ConfigurationException($"there is no first recipe for {facts.Kind}; name a method by --method.")
            : facts.Kind == "pictures" && names.Contains($"{method}.small") ? $"{method}.small" : names.Contains(method) ? method : Catalogues.Methods.Find(method).Attribute.Recipe ?? method;
        var shipped = Shipped.Load(basis);
        var phases = shipped.Phases.Count > 1;
        var batch = Math.Min(facts.Batch, shipped.Phases.Max(p => p.Train.Batch));
        var text = new StringBuilder(Text($"""
            # {Line(facts.Sentence)}.
            # Everything that is not said here is as in the recipe {basis}: kindred config print {basis}.
            # kindred show NAME prints every option of a part with its range; kindred config validate looks this file over.
            extends: {basis}
            title: A first try on {Line(facts.Kind)} of one's own
            data: {Scalar(facts.Training)}

            """));
        if (!phases && shipped.First.Train.Steps is null) text.Append(Text($"train:\n  epochs: {shipped.First.Train.Epochs}\n  batch: {batch}\n"));
        else if (!phases) text.Append(Text($"train: {{ batch: {batch} }}\n"));
        return text.ToString();
    }

    // Three trainings that say whether there is anything to it, and what two choices are worth.
    static string StudyOf(Facts facts, string draft)
    {
        var recipe = Recipe.Parse(draft, "recipe.yaml", folder: Shipped.Recipes, binder: Parts.Binder);
        var method = recipe.Phases[^1].Method;
        var simclr = draft.Contains("jitter:", StringComparison.Ordinal) && method == "simclr";
        var labelled = facts.Classes > 1 && recipe.Phases[^1].Evaluate.Any(e => e is RecipeMap map ? map.Keys.Contains("knn") : (e as RecipeScalar)?.Text == "knn");
        return Text($$"""
            # kindred study study.yaml trains each cell with both seeds, evaluates it, and says what holds.
            title: What is worth what, on {{Line(facts.Sentence)}}
            recipe: recipe.yaml
            {{(recipe.Phases.Count == 1 && recipe.First.Train.Steps is null
                ? $"set: {{ train.epochs: {Math.Max(2, recipe.First.Train.Epochs / 5)} }}       # short, so that it ends today; leave this out for the real thing\n" : "")}}cells:
              untrained: { baseline: untrained }   # the network as it was drawn: what does training add?
              as-written: {}
              {{(simclr ? "sharper: { set: { options.temperature: 0.1 } }" : "slower: { set: { train.optimizer.learningRate: 3e-4 } }")}}
            {{(simclr ? $"  one-colour: {{ set: {{ views.0.of.2.jitter.strength: 0 }} }}   # the same without changes of colour\n" : "")}}seeds: [0, 1]
            {{(labelled ? "holds: [ as-written.knn.accuracy > untrained.knn.accuracy ]" : "")}}

            """).Replace("\n\n\n", "\n", StringComparison.Ordinal).TrimEnd() + "\n";
    }

    // A recipe is read from wherever the command is run.
    static string Absolute(string uri)
    {
        var parsed = DataUri.Parse(uri);
        return Path.Exists(parsed.Path) ? parsed.At(Path.GetFullPath(parsed.Path)).Text : uri;
    }

    static string Line(string text) => text.ReplaceLineEndings(" ");

    static string Scalar(string text) => new RecipeScalar(text, true, RecipePlace.Default).ToString().Trim();

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
