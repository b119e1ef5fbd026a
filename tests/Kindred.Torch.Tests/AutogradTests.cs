namespace Kindred.Torch.Tests;

public class AutogradTests
{
    sealed class Exp : Autograd.Function
    {
        protected override Tensor[] Forward(Tensor[] inputs)
        {
            var y = inputs[0].Exp();
            Save(inputs[0]);
            return [y];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients) => [gradients[0]! * Saved[0].Exp()];
    }

    sealed class Broken : Autograd.Function
    {
        protected override Tensor[] Forward(Tensor[] inputs) => [inputs[0] * 1];
        protected override Tensor?[] Backward(Tensor?[] gradients) => throw new InvalidOperationException("no way back");
    }

    [Fact]
    public void Backward_accumulates_and_chosen_gradients_leave_parameters_alone()
    {
        using var scope = Scope.Open();
        var x = Tensor.From<double>([1, 2, 3]).RequiresGrad_();
        x.Square().Sum().Backward();
        Assert.Equal([2.0, 4, 6], x.Grad!.ToArray<double>());
        var y = Tensor.From<double>([2]).RequiresGrad_();
        Assert.Equal([12.0], Autograd.Of((x.Sum() * y).Sum() * 2, y).ToArray<double>());
        Assert.Null(y.Grad);
        x.Grad = null;
        Assert.Null(x.Grad);
    }

    [Fact]
    public void A_managed_function_differentiates_twice()
    {
        using var scope = Scope.Open();
        var x = Tensor.From<double>([0.5]).RequiresGrad_();
        var first = Autograd.Of(new Exp().Apply(x).Sum(), x, createGraph: true);
        var second = Autograd.Of(first.Sum(), x);
        Assert.Equal(Math.Exp(0.5), first.Item(), 12);
        Assert.Equal(Math.Exp(0.5), second.Item(), 12);
    }

    [Fact]
    public void A_managed_exception_comes_back_through_the_engine_as_it_was_thrown()
    {
        using var scope = Scope.Open();
        var x = Tensor.From<double>([0.5]).RequiresGrad_();
        var loss = new Broken().Apply(x).Sum();
        var error = Assert.Throws<TorchException>(() => loss.Backward());
        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.Contains("no way back", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Managed_functions_are_released_with_their_graph()
    {
        var before = Tensor.Alive;
        var weak = Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(weak.IsAlive);
        Assert.Equal(before, Tensor.Alive);

        static WeakReference Run()
        {
            using var scope = Scope.Open();
            var x = Tensor.From<double>([0.5]).RequiresGrad_();
            var function = new Exp();
            function.Apply(x).Sum().Backward();
            return new WeakReference(function);
        }
    }

    [Fact]
    public void No_gradient_is_recorded_where_none_is_wanted()
    {
        using var scope = Scope.Open();
        var x = Tensor.Ones([2]).RequiresGrad_();
        Assert.False(NoGradient.Of(() => x * 2).RequiresGrad);
        using (NoGradient.Begin())
        using (WithGradient.Begin()) Assert.True((x * 2).RequiresGrad);
        Assert.True((x * 2).RequiresGrad);
        using (InferenceMode.Begin()) Assert.False((x * 2).RequiresGrad);
    }

    [Fact]
    public void Autocast_shortens_products_and_sees_weights_changed_between_regions()
    {
        using var scope = Scope.Open();
        var w = Tensor.Ones([4, 4]).RequiresGrad_();
        var x = Tensor.Ones([2, 4]);
        using (Autocast.Begin(Device.Cpu, Dtype.BFloat16)) Assert.Equal(Dtype.BFloat16, x.Matmul(w).Dtype);
        using (NoGradient.Begin()) w.Mul_(2);
        using (Autocast.Begin(Device.Cpu, Dtype.BFloat16))
        {
            Assert.Equal(8, x.Matmul(w).Max().Item());
            using (Autocast.Suspend(Device.Cpu)) Assert.Equal(Dtype.Float32, x.Matmul(w).Dtype);
        }
    }

    // The state is kept for each kind of device, whether the machine has one or not.
    [Theory]
    [InlineData("cpu", "bf16")]
    [InlineData("cuda:0", "f16")]
    [InlineData("cuda:0", "bf16")]
    public void Suspending_autocast_leaves_the_outer_type_as_it_was(string name, string type)
    {
        var device = Device.Parse(name);
        var outer = type == "f16" ? Dtype.Float16 : Dtype.BFloat16;
        Assert.Null(Autocast.Current(device));
        using (Autocast.Begin(device, outer))
        {
            Assert.Equal(outer, Autocast.Current(device));
            using (Autocast.Suspend(device)) Assert.Null(Autocast.Current(device));
            Assert.Equal(outer, Autocast.Current(device));
        }
        Assert.Null(Autocast.Current(device));
    }

    [Fact]
    public void An_autocast_type_is_used_or_refused_and_leaves_nothing_switched_on()
    {
        using var scope = Scope.Open();
        var x = Tensor.Ones([2, 4]);
        try
        {
            // libtorch 1.13 knows only bfloat16 here, 2.6 also float16.
            using (Autocast.Begin(Device.Cpu, Dtype.Float16)) Assert.Equal(Dtype.Float16, x.Matmul(x.MT).Dtype);
        }
        catch (TorchException e) { Assert.Contains("Bfloat16", e.Message, StringComparison.OrdinalIgnoreCase); }
        Assert.Null(Autocast.Current(Device.Cpu));
        Assert.Equal(Dtype.Float32, x.Matmul(x.MT).Dtype);
    }
}
