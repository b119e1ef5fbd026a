using Kindred.Encoders;
using Kindred.Io;
using Kindred.Tests.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

/// <summary>A ResNet-18 in the form that torchvision's and MoCo's training scripts save.</summary>
public sealed class TorchvisionFileTests : IDisposable
{
    static readonly ResNet.Options Narrow = new() { Depth = 18, Stem = ResNetStem.ImageNet, Width = 0.125 };

    readonly string folder = Directory.CreateTempSubdirectory("kindred-pth-").FullName;

    [Theory]
    [InlineData(""), InlineData("module.encoder_q.")]
    public void A_pth_file_fills_the_network_and_gives_the_same_features(string prefix)
    {
        using var scope = Scope.Open();
        var source = new ResNet(Narrow);
        Reference.Fill(source, TorchvisionNames.FromPath);
        source.To(dtype: Dtype.Float32);
        var file = Path.Combine(folder, "resnet18.pth");
        TorchFile.SaveState(file, Theirs(source, prefix));

        var loaded = new ResNet(Narrow);
        using (var checkpoint = TorchFile.Open(file))
        {
            var tensors = checkpoint.Read().ToDictionary(a => a.Name, TensorArrays.ToTensor);
            var place = PublishedWeights.Find(loaded, tensors.Keys);
            Assert.Equal((prefix, "fc (2 tensors)"), (place.Prefix, place.Describe().Split("left out ")[1].TrimEnd('.')));
            loaded.Load(place.Names.ToDictionary(n => n.Key, n => tensors[n.Value]));
        }

        source.Eval();
        loaded.Eval();
        var x = Reference.Tensor(7, 2, 3, 64, 64).To(Dtype.Float32);
        var wanted = source.Forward(x).ToArray<float>();
        Assert.Contains(wanted, v => v != 0);
        Assert.Equal(wanted, loaded.Forward(x).ToArray<float>());
    }

    static IEnumerable<NamedArray> Theirs(ResNet net, string prefix)
    {
        foreach (var (path, state) in net.State())
        {
            yield return TensorArrays.ToArray(prefix + TorchvisionNames.FromPath(path), state.Value);
            if (path.EndsWith("runningVar", StringComparison.Ordinal))
                yield return TensorArrays.ToArray(prefix + path.Replace("runningVar", "num_batches_tracked", StringComparison.Ordinal), Tensor.Of(7).To(Dtype.Int64));
        }
        yield return TensorArrays.ToArray(prefix + "fc.weight", Tensor.Zeros([10, net.Dim]));
        yield return TensorArrays.ToArray(prefix + "fc.bias", Tensor.Zeros([10]));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
