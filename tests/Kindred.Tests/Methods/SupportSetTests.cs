using Kindred.Encoders;
using Kindred.Heads;
using Kindred.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes support-set bottlenecks themselves.</summary>
public sealed class SupportSetTests : IDisposable
{
    static readonly DataFacts facts = new(32, 0, 4) { Inputs = new Dictionary<string, long> { ["video.features"] = 6, ["video.length"] = 4, ["text.vocabulary"] = 20, ["text.length"] = 5 } };

    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static Kindred.Methods.SupportSet Make(Kindred.Methods.SupportSet.Options options)
    {
        FrameEncoder Video() => new(new(Width: 8, Heads: 2, Dropout: 0), facts.For("video"));
        WordEncoder Text() => new(new(Width: 8, Heads: 2, Drop: 0), facts.For("text"));
        return Toy.Build(() => new Kindred.Methods.SupportSet(Video(), Text(), facts, options));
    }

    static (double Contrast, double Caption, double Loss) Step(Kindred.Methods.SupportSet.Options options)
    {
        using var data = new ToyData(kind: "films");
        var method = Make(options);
        var loss = Toy.Loss(method, data.Batch()).Item();
        var log = method.TakeLog();
        method.TakeWatched()?.Dispose();
        return (log["contrast"], log.GetValueOrDefault("caption"), loss);
    }

    [Fact]
    public void The_loss_is_contrast_and_weighted_captioning_and_the_hybrid_is_the_mean_of_two()
    {
        (double Contrast, double Caption, double Loss) Of(Kindred.Methods.SupportSet.CaptionKind kind) => Step(new(Caption: kind, Weight: 0.5, Dim: 8, Decoder: 8));
        var (none, identity, cross, hybrid) = (Of(Kindred.Methods.SupportSet.CaptionKind.None), Of(Kindred.Methods.SupportSet.CaptionKind.Identity),
            Of(Kindred.Methods.SupportSet.CaptionKind.Cross), Of(Kindred.Methods.SupportSet.CaptionKind.Hybrid));
        Assert.Equal(none.Contrast, none.Loss, 1e-6);
        Assert.Equal(cross.Contrast + (0.5 * cross.Caption), cross.Loss, 1e-5);
        Assert.Equal((identity.Caption + cross.Caption) / 2, hybrid.Caption, 1e-5);
        Assert.NotEqual(identity.Caption, cross.Caption);
    }

    [Fact]
    public void Written_from_others_a_caption_hears_nothing_of_its_own_film_but_through_the_contrast()
    {
        using var data = new ToyData(kind: "films");
        var batch = data.Batch();
        var own = batch.View("video").X.Detach().Clone();
        own.RequiresGrad = true;
        var text = batch.View("text").X.Narrow(0, 0, 2);
        var memory = own.Narrow(0, 0, 2).Mean([1]);
        var (t, v) = (Tensor.Randn([2, 4], new Generator(1), Dtype.Float32), Tensor.Randn([2, 4], new Generator(2), Dtype.Float32));
        var decoder = Toy.Build(() => new Holder(new CaptionDecoder(6, 20, 8)));
        // Only the first caption is to be written; of two films its support is the second alone.
        var targets = CaptionDecoder.Targets(text);
        targets = Tensor.Cat([targets.Narrow(0, 0, 1), Tensor.Full([1, targets.Size(1)], -100, Dtype.Int64)], 0);
        Kindred.Objectives.SupportSet.Loss(t, v, memory, mix => decoder.Decoder.Forward(mix, text), targets).Backward();
        var gradient = own.Grad!.Abs().Sum([1, 2]).ToArray<float>();
        Assert.Equal(0, gradient[0]);
        Assert.True(gradient[1] > 0);
    }

    sealed class Holder(CaptionDecoder decoder) : Method
    {
        internal CaptionDecoder Decoder { get; } = decoder;
    }

    [Fact]
    public void The_decoder_sees_the_words_before_and_never_the_one_it_writes()
    {
        var decoder = Toy.Build(() => new Holder(new CaptionDecoder(3, 20, 8))).Decoder;
        var memory = Tensor.Randn([1, 3], new Generator(1), Dtype.Float32);
        float[] Scores(params long[] text) => decoder.Forward(memory, Tensor.From<long>(text, [1, text.Length])).Select(1, 2).ToArray<float>();
        Assert.Equal(Scores(5, 6, 7, 3), Scores(5, 6, 9, 4));
        Assert.NotEqual(Scores(5, 6, 7, 3), Scores(5, 8, 7, 3));
        Assert.Equal([5L, -100, 3, -100], CaptionDecoder.Targets(Tensor.From<long>([5, 1, 3, 0], [1, 4])).ToArray<long>());
    }

    [Fact]
    public void What_stands_behind_the_end_of_a_caption_counts_for_nothing()
    {
        var encoder = Make(new(Dim: 8));
        encoder.Eval();
        View Text(params long[] words) => new(Tensor.From<long>(words, [1, words.Length]), "text");
        var (shorter, longer) = (encoder.Embeddings(Text(5, 6, 3)).ToArray<float>(), encoder.Embeddings(Text(5, 6, 3, 0, 0)).ToArray<float>());
        Assert.Equal(shorter, longer, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(shorter, encoder.Embeddings(Text(6, 5, 3)).ToArray<float>());
        Assert.Equal([1, 8], encoder.Features(new View(Tensor.Randn([1, 4, 6], new Generator(1), Dtype.Float32), "video")).Shape);
        Assert.Throws<ConfigurationException>(() => encoder.Features(new View(Tensor.Randn([1, 4, 7], new Generator(1), Dtype.Float32), "video")));
    }

    [Fact]
    public void Films_and_captions_find_each_other_after_a_little_training()
    {
        using var data = new ToyData(kind: "films");
        foreach (var caption in new[] { Kindred.Methods.SupportSet.CaptionKind.None, Kindred.Methods.SupportSet.CaptionKind.Cross })
        {
            var method = Make(new(Contrast: Kindred.Methods.SupportSet.ContrastKind.Nce, Caption: caption, Dim: 8, Decoder: 8));
            using var adam = new Kindred.Optim.Adam(method, new() { LearningRate = 0.01 });
            Toy.Train(method, new Dictionary<string, Kindred.Optim.Optimizer> { ["model"] = adam }, data, epochs: 40);
            method.Eval();
            var batch = data.Batch();
            var scores = NoGradient.Of(() => method.Embeddings(batch.View("text")).Normalize().Matmul(method.Embeddings(batch.View("video")).Normalize().T()));
            Assert.InRange(Kindred.Metrics.Retrieval.Of(scores, [0, 1, 2, 3, 4, 5, 6, 7]).RecallAt(1), 62.5, 100);
        }
    }
}
