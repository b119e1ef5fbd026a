using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

/// <summary>Tests that read or set the default generator run alone.</summary>
[CollectionDefinition("default generator", DisableParallelization = true)]
public class DefaultGenerator;

[Collection("default generator")]
public class LeakTests
{
    [Fact]
    public void Nothing_outlives_the_scope_of_a_step()
    {
        var encoder = new Methods.TinyEncoder();
        Step();                                             // whatever is made once, is made now
        var before = Tensor.Alive;
        for (var i = 0; i < 3; i++)
            Step();
        Assert.Equal(before, Tensor.Alive);

        void Step()
        {
            using var scope = Scope.Open();
            var z = Made.Rows(16, 4, 1).RequiresGrad_();
            NtXent.Loss(z, tile: 4).Backward();
            NtXent.Loss(z, 0.001, tile: 4).Backward();
            InfoNce.InBatch(z, z.Detach(), tile: 4).Backward();
            SupCon.Loss(z.Reshape([8, 2, 4]), null, tile: 4);            // a graph that nobody differentiates
            using (GradientCache.Begin(3)) encoder.Forward(Tensor.Ones([8, 3, 8, 8]));
            Sinkhorn.Codes(z);
        }
    }
}
