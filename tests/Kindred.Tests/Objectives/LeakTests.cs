using Kindred.Numerics;
using Kindred.Objectives;
using Kindred.Torch;

namespace Kindred.Tests.Objectives;

[Collection("default generator")]
public class LeakTests
{
    [Fact]
    public void Nothing_outlives_the_scope_of_a_step()
    {
        Step();                                             // whatever is made once, is made now
        var before = Tensor.Alive;
        for (var i = 0; i < 3; i++)
            Step();
        Assert.Equal(before, Tensor.Alive);

        static void Step()
        {
            using var scope = Scope.Open();
            var z = Made.Rows(16, 4, 1).RequiresGrad_();
            NtXent.Loss(z, tile: 4).Backward();
            NtXent.Loss(z, 0.001, tile: 4).Backward();
            InfoNce.InBatch(z, z.Detach(), tile: 4).Backward();
            SupCon.Loss(z.Reshape([8, 2, 4]), null, tile: 4);            // a graph that nobody differentiates
            GradientCache.Loss([z.Detach()], x => x * z, y => NtXent.Loss(y));
            Sinkhorn.Codes(z);
        }
    }
}
