using Kindred.Encoders;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Tests.Encoders;

public class LogMelEncoderTests
{
    [Fact]
    public void Normalised_bands_do_not_hear_how_loud_a_recording_is()
    {
        using var scope = Scope.Open();
        using var generator = new Generator(3);
        var sound = Tensor.Randn([2, 1, 2048], generator: generator);
        Assert.True(Difference(normalize: true) < 1e-3, $"{Difference(normalize: true)}");
        Assert.True(Difference(normalize: false) > 0.1, $"{Difference(normalize: false)}");

        double Difference(bool normalize)
        {
            using var initialization = Initialization.Begin(1);
            var encoder = new LogMelEncoder(new() { Width = 8, Normalize = normalize });
            return (encoder.Frames(sound) - encoder.Frames(sound * 4)).Abs().Max().Item();
        }
    }
}
