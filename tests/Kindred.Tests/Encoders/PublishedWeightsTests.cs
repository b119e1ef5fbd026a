using Kindred.Encoders;
using Kindred.Experiments.Runs;
using Kindred.Io;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

/// <summary>Whole training files of other projects: the encoder is found wherever it lies, and what is left out is said.</summary>
public sealed class PublishedWeightsTests : IDisposable
{
    static readonly ResNet.Options Narrow = new() { Depth = 18, Stem = ResNetStem.ImageNet, Width = 0.125 };
    static readonly ViT.Options Small = new() { Size = 8, Patch = 4, Width = 12, Depth = 2, Heads = 3 };

    readonly string folder = Directory.CreateTempSubdirectory("kindred-published-").FullName;
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    static string[] Backbone(string prefix, Module? net = null) =>
        [.. (net ?? new ResNet(Narrow)).State().Select(s => prefix + TorchvisionNames.FromPath(s.Path)), prefix + "bn1.num_batches_tracked"];

    public static TheoryData<string, string, string, string> Layouts => new()
    {
        { "torchvision", "", "fc.weight fc.bias", "fc (2 tensors)" },
        { "moco", "module.encoder_q.", "module.encoder_k.* module.queue module.queue_ptr module.encoder_q.fc.0.weight module.encoder_q.fc.2.weight",
            "encoder_k (105 tensors), queue, queue_ptr, fc (2 tensors)" },
        { "moco v3", "module.base_encoder.", "module.momentum_encoder.* module.predictor.0.weight module.base_encoder.fc.0.weight", "momentum_encoder (105 tensors), predictor, fc" },
        { "byol", "online_encoder.net.", "target_encoder.net.* online_encoder.projector.net.0.weight online_predictor.net.0.weight", "target_encoder (105 tensors), online_encoder, online_predictor" },
        { "simsiam", "module.encoder.", "module.encoder.fc.0.weight module.predictor.0.weight", "fc, predictor" },
        { "swav", "module.", "module.projection_head.0.weight module.prototypes.weight", "projection_head, prototypes" },
        { "dino", "teacher.backbone.",
            "student.module.backbone.* teacher.head.mlp.0.weight student.module.head.mlp.0.weight dino_loss.center optimizer.state.0.momentum_buffer",
            "student (106 tensors), teacher, dino_loss, optimizer" },
        { "lightning", "state_dict.backbone.", "state_dict.momentum_backbone.* state_dict.projector.0.weight epoch", "momentum_backbone (105 tensors), projector, epoch" },
    };

    [Theory, MemberData(nameof(Layouts))]
    public void The_encoder_is_found_in_every_layout(string project, string prefix, string beside, string left)
    {
        var net = new ResNet(Narrow);
        Assert.NotEmpty(project);
        string[] others = [.. beside.Split(' ').SelectMany(b => b.EndsWith('*') ? Backbone(b[..^1]) : [b])];
        foreach (string[] names in new[] { [.. Backbone(prefix), .. others], (string[])[.. others.Reverse(), .. Backbone(prefix)] })
        {
            var found = PublishedWeights.Find(net, names);
            Assert.Equal(prefix, found.Prefix);
            Assert.Equal(net.State().Select(s => s.Path).Order(StringComparer.Ordinal), found.Names.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(prefix + "layer1.0.bn1.running_var", found.Names["layer1.0.bn1.runningVar"]);
            var counts = left.Replace("105", $"{net.State().Count()}", StringComparison.Ordinal).Replace("106", $"{net.State().Count() + 1}", StringComparison.Ordinal);
            Assert.Equal(counts.Split(", ").Order(StringComparer.Ordinal), found.Describe().Split("left out ")[1].TrimEnd('.').Split(", ").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_vision_transformer_is_found_by_timm_s_names()
    {
        var net = new ViT(Small);
        var found = PublishedWeights.Find(net, [.. Backbone("teacher.backbone.", net), .. Backbone("student.module.backbone.", net)]);
        Assert.Equal("teacher.backbone.blocks.1.mlp.fc1.weight", found.Names["blocks.1.fc1.weight"]);
        Assert.Equal("teacher.backbone.patch_embed.proj.weight", found.Names["patchWeight"]);
        Assert.Equal(net.State().Select(s => s.Path), net.State().Select(s => TorchvisionNames.ToPath(TorchvisionNames.FromPath(s.Path))));
    }

    [Fact]
    public void What_does_not_hold_it_is_refused_by_name()
    {
        var lacking = Assert.Throws<DataException>(() => PublishedWeights.Find(new ResNet(Narrow with { Depth = 34 }), Backbone("module.encoder_q.")));
        Assert.Contains("'module.encoder_q.', its best place", lacking.Message, StringComparison.Ordinal);
        Assert.Contains("layer1.2.", lacking.Message, StringComparison.Ordinal);
        Assert.Contains("none of 2 tensors", Assert.Throws<DataException>(() => PublishedWeights.Find(new ResNet(Narrow), ["generator.0.weight", "queue"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoint_0199.pth.tar")]
    [InlineData("checkpoint.safetensors")]
    public void A_moco_training_file_starts_query_and_key_alike_and_leaves_the_head_as_drawn(string name)
    {
        var source = new ResNet(Narrow);
        var file = Path.Combine(folder, name);
        NamedArray[] arrays =
        [
            .. source.State().Select(s => TensorArrays.ToArray("state_dict.module.encoder_q." + TorchvisionNames.FromPath(s.Path), s.State.Value + 0.25)),
            .. source.State().Select(s => TensorArrays.ToArray("state_dict.module.encoder_k." + TorchvisionNames.FromPath(s.Path), s.State.Value)),
            TensorArrays.ToArray("state_dict.module.encoder_q.bn1.num_batches_tracked", Tensor.Of(7, Dtype.Int64)),
            TensorArrays.ToArray("state_dict.module.encoder_q.fc.0.weight", Tensor.Zeros([64, 64])),
            TensorArrays.ToArray("state_dict.module.queue", Tensor.Zeros([16, 10])),
        ];
        if (name.EndsWith(".tar", StringComparison.Ordinal)) TorchFile.SaveState(file, arrays);
        else SafeTensors.Save(file, arrays);

        var moco = new MoCo(new ResNet(Narrow), new(Dim: 8, Queue: 10));
        var before = moco.State().ToDictionary(s => s.Path, s => s.State.Value.Clone());
        var note = StartWeights.Load(moco, file);
        Assert.Contains("encoder_k", note, StringComparison.Ordinal);
        Assert.Contains("queue", note, StringComparison.Ordinal);
        foreach (var (path, state) in moco.State())
        {
            var at = path.IndexOf(".encoder.", StringComparison.Ordinal);
            var wanted = at < 0 ? before[path] : source.State().First(s => s.Path == path[(at + 9)..]).State.Value + 0.25;
            Assert.True(state.Value.Equal(wanted), path);
        }
    }
}
