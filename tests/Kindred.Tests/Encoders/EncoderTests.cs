using Kindred.Encoders;
using Kindred.Graphs;
using Kindred.Experiments.Recipes;
using Kindred.Nn;
using Kindred.Text;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public class EncoderTests
{
    public static TheoryData<string> Names => [.. Catalogues.Encoders.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_encoder_of_the_catalogue_encodes_to_its_width_without_leaking(string name)
    {
        (string options, long[] shape) = name switch
        {
            "wave" or "log-mel" => ("width: 16", new long[] { 2, 1600 }),
            "gin" or "gcn" => ("width: 4", [3, 1]),
            "mlp" => ("width: 16, inputs: 12", [2, 12]),
            "moments" => ("inputs: 4", [2, 4]),
            "patches" => ("width: 8", [2, 3, 32, 32]),
            "frames" => ("", [2, 8, 128]),
            "words" => ("", [2, 6]),
            "sentence" => ("width: 16", [2, 384]),
            "bert" or "minilm" or "bert-base" => ("depth: 1, width: 24", [2, 5]),
            "word-vectors" => ("width: 24", [2, 5]),
            _ when name.StartsWith("t5", StringComparison.Ordinal) => ("depth: 1, width: 24, heads: 2, hidden: 24, vocabulary: 40", [2, 5]),
            _ when name.StartsWith("vit", StringComparison.Ordinal) => ("depth: 2, size: 32, patch: 8", [2, 3, 32, 32]),
            _ when name.StartsWith("resnet", StringComparison.Ordinal) => ("width: 0.125", [2, 3, 32, 32]),
            _ => ("", [2, 3, 32, 32]),
        };
        Encoder encoder;
        using (Initialization.Begin(1))
            encoder = Parts.Make<Encoder>(RecipeReader.Read($"{{ name: {name}, {options} }}", "r.yaml"), "encoder");
        long alive = Tensor.Alive;
        for (int step = 0; step < 2; step++)
            using (Scope.Open())
            {
                var x = Reference.Tensor(1, shape).To(Dtype.Float32);
                var y = encoder.Forward(name switch
                {
                    "bert" or "minilm" or "bert-base" or "word-vectors" or "t5" or "t5-small" or "t5-base" or "t5-large" => TextView.Of([[2, 7, 3], [2, 9, 8, 4, 3]], ""),
                    "gin" or "gcn" => new GraphView(x, Tensor.From<long>([0, 1, 2, 1, 0, 2], [2, 3]), Tensor.From<long>([0, 0, 1]), 2, ""),
                    "words" => Tensor.From<long>([4, 5, 6, 3, 0, 0, 7, 8, 9, 10, 3, 0], shape),
                    _ => (View)x,
                });
                Assert.Equal([2, encoder.Dim], y.Shape);
                if (encoder.Parameters().Any()) y.Sum().Backward();
            }
        Assert.Equal(alive, Tensor.Alive);
    }

    [Fact]
    public void Views_of_one_size_go_through_together_and_come_back_in_order()
    {
        using var scope = Scope.Open();
        var encoder = new Recorder();
        View[] views = [Filled(1, 8), Filled(2, 4), Filled(3, 8)];
        var y = encoder.Forward(views);
        Assert.Equal(["4x1x8x8", "2x1x4x4"], encoder.Seen);
        Assert.Equal([1f, 2f, 3f], y.Select(t => t.ToArray<float>()[0]));
        Assert.All(y, t => Assert.Equal([2, 1], t.Shape));

        static Tensor Filled(double value, long side) => Tensor.Full([2, 1, side, side], value, Dtype.Float32);
    }

    [Fact]
    public void An_unknown_encoder_is_refused_with_the_names_there_are()
        => Assert.Contains("resnet18", Assert.Throws<ConfigurationException>(() => Catalogues.Encoders.Find("resnet19")).Message);

    [Fact]
    public void The_small_resnets_grid_does_not_depend_on_the_memory_layout()
    {
        using var scope = Scope.Open();
        var net = new SmallResNet(new() { Width = 4 });
        net.Eval();
        var x = Reference.Tensor(1, 2, 3, 32, 32).To(Dtype.Float32);
        var plain = net.Forward(x).ToArray<float>();
        net.To(channelsLast: true);
        var last = net.Forward(x.Contiguous(MemoryFormat.ChannelsLast)).ToArray<float>();
        Assert.Equal(4 * 8 * 4, net.Dim);
        for (int i = 0; i < plain.Length; i++)
            Assert.Equal(plain[i], last[i], 1e-4f);
    }

    [Fact]
    public void Patches_overlap_and_each_is_encoded_by_itself()
    {
        using var scope = Scope.Open();
        var encoder = new PatchEncoder(new() { Patch = 8, Stride = 4, Width = 4 });
        var x = Reference.Tensor(1, 1, 3, 32, 32).To(Dtype.Float32);
        var grid = encoder.Patches(x);
        Assert.Equal([1, 7, 7, 16], grid.Shape);
        var alone = encoder.Patches(x.Narrow(2, 8, 8).Narrow(3, 12, 8)).ToArray<float>();
        var inside = grid.Select(1, 2).Select(1, 3).ToArray<float>();
        for (int i = 0; i < alone.Length; i++)
            Assert.Equal(alone[i], inside[i], 1e-5f);
    }

    [Fact]
    public void Raw_sound_becomes_one_frame_every_160_samples()
    {
        using var scope = Scope.Open();
        var encoder = new WaveEncoder(new() { Width = 8 });
        Assert.Equal([1, 128, 8], encoder.Frames(Reference.Tensor(1, 1, 20480).To(Dtype.Float32)).Shape);
    }

    [Theory]
    [InlineData(440)]
    [InlineData(1500)]
    [InlineData(3000)]
    public void A_tone_lights_up_the_mel_band_around_its_frequency(double hertz)
    {
        using var scope = Scope.Open();
        const int rate = 8000, bands = 40;
        var samples = Enumerable.Range(0, 1024).Select(t => (float)Math.Sin(2 * Math.PI * hertz * t / rate)).ToArray();
        var mel = new LogMel(rate, 256, 80, bands).Forward(Tensor.From<float>(samples, [1, 1024]));
        Assert.Equal([1, bands, 10], mel.Shape);
        var energy = mel.Mean(2).ToArray<float>();
        double position = Math.Log10(1 + hertz / 700) / Math.Log10(1 + rate / 2.0 / 700) * (bands + 1) - 1;
        Assert.InRange(Array.IndexOf(energy, energy.Max()), position - 1, position + 1);
    }

    sealed class Recorder : TensorEncoder
    {
        public List<string> Seen { get; } = [];

        public override long Dim => 1;

        public override Tensor Forward(Tensor x)
        {
            Seen.Add(string.Join('x', x.Shape));
            return x.Mean([2, 3]);
        }
    }
}
