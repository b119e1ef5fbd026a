using Kindred.Encoders;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

/// <summary>Whole training files as the official repositories write them, with epoch, optimizer and the networks beside the one that is wanted: the features that come out are the file's.</summary>
public sealed class PublishedFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-official-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // What is wanted, then what else lies beside it, as prefixes of copies with other numbers.
    public static TheoryData<string, string, string, string> Layouts => new()
    {
        { "torchvision resnet", "resnet", "", "" },
        { "timm vit", "vit", "", "" },
        { "moco v2", "resnet", "state_dict/module.encoder_q.", "state_dict/module.encoder_k." },
        { "moco v3", "vit", "state_dict/module.base_encoder.", "state_dict/module.momentum_encoder." },
        { "simsiam", "resnet", "state_dict/module.encoder.", "" },
        { "dino resnet", "resnet", "teacher/backbone.", "student/module.backbone." },
        { "dino vit", "vit", "teacher/backbone.", "student/module.backbone." },
        { "swav", "resnet", "module.", "" },
        { "byol", "resnet", "online_encoder.net.", "target_encoder.net." },
    };

    [Theory, MemberData(nameof(Layouts))]
    public void An_official_training_file_gives_its_features(string project, string kind, string wanted, string beside)
    {
        using var scope = Scope.Open();
        var (source, other) = (Made(kind, 1), Made(kind, 2));
        var file = Path.Combine(folder, $"{project.Replace(' ', '-')}.pth.tar");
        var root = new TorchMap();
        Add(root, wanted, source);
        if (beside.Length > 0) Add(root, beside, other);
        root.Add("epoch", 200L).Add("arch", project).Add("optimizer", new TorchMap().Add("param_groups", new TorchSequence("list", [new TorchMap().Add("lr", 0.03)])));
        // A plain file of weights is the state dict itself.
        TorchFile.Save(file, wanted.Length == 0 ? (object)((TorchMap)Plain(source)) : root);

        var method = new SimCLR(Made(kind, 3), new(Dim: 8));
        var note = StartWeights.Load(method, file);
        Assert.Contains("took the encoder's", note, StringComparison.Ordinal);
        method.Eval();
        source.Eval();
        var x = Reference.Tensor(7, 2, 3, 32, 32).To(Dtype.Float32);
        var (a, b) = (source.Forward((View)x).ToArray<float>(), method.Features(x).ToArray<float>());
        Assert.Contains(a, v => v != 0);
        Assert.All(a.Zip(b), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void A_file_of_another_depth_is_refused_and_nothing_is_filled()
    {
        using var scope = Scope.Open();
        var file = Path.Combine(folder, "deeper.pth");
        TorchFile.Save(file, Plain(new ResNet(Narrow with { Depth = 34 })));
        var method = new SimCLR(new ResNet(Narrow with { Depth = 50 }), new(Dim: 8));
        var before = method.State().ToDictionary(s => s.Path, s => s.State.Value.Clone());
        var message = Assert.Throws<DataException>(() => StartWeights.Load(method, file)).Message;
        Assert.Contains("missing", message, StringComparison.Ordinal);
        Assert.All(method.State(), s => Assert.True(s.State.Value.Equal(before[s.Path]), s.Path));
    }

    static readonly ResNet.Options Narrow = new() { Depth = 18, Stem = ResNetStem.ImageNet, Width = 0.125 };

    static Encoder Made(string kind, ulong seed)
    {
        using var _ = Initialization.Begin((long)seed);
        Encoder encoder = kind == "vit" ? new ViT(new() { Size = 32, Patch = 8, Width = 12, Depth = 2, Heads = 3 }) : new ResNet(Narrow);
        foreach (var norm in encoder.Modules().OfType<BatchNorm>()) norm.RunningMean.Set(Reference.Tensor((uint)seed, norm.RunningMean.Value.Size(0)).To(Dtype.Float32));
        return encoder;
    }

    static TorchMap Plain(Encoder encoder)
    {
        var state = new TorchMap("OrderedDict");
        Fill(state, "", encoder);
        return state;
    }

    // "state_dict/module.encoder_q.": a dictionary of that name, and in it names that begin so.
    static void Add(TorchMap root, string place, Encoder encoder)
    {
        var parts = place.Split('/');
        var within = root;
        if (parts.Length == 2 && root[parts[0]] is TorchMap known) within = known;
        else if (parts.Length == 2) root.Add(parts[0], within = new TorchMap("OrderedDict"));
        Fill(within, parts[^1], encoder);
    }

    static void Fill(TorchMap into, string prefix, Encoder encoder)
    {
        foreach (var (path, state) in encoder.State())
        {
            var name = prefix + TorchvisionNames.FromPath(path);
            into.Add(name, TensorArrays.ToArray(name, state.Value));
            if (path.EndsWith("runningVar", StringComparison.Ordinal))
                into.Add(name.Replace("running_var", "num_batches_tracked", StringComparison.Ordinal), TensorArrays.ToArray("n", Tensor.Of(7, Dtype.Int64)));
        }
        into.Add(prefix + "fc.0.weight", TensorArrays.ToArray("fc", Tensor.Zeros([4, encoder.Dim])));
    }
}
