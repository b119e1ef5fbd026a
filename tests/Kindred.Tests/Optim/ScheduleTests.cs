using Kindred.Optim;

namespace Kindred.Tests.Optim;

public class ScheduleTests
{
    [Fact]
    public void A_momentum_rises_along_half_a_cosine()
    {
        var m = new CosineRamp(0.996, 1);
        Assert.Equal(0.996, m[At(0, 40)], 1e-12);
        Assert.Equal(0.998, m[At(20, 40)], 1e-12);
        Assert.Equal(1, m[At(40, 40)], 1e-12);
    }

    [Fact]
    public void A_warm_up_begins_at_zero_and_ends_at_the_base()
    {
        var s = new WarmupCosine(0.6, WarmupEpochs: 2);
        Assert.Equal(0, s[At(0, 100)], 1e-12);                       // 10 epochs of 10 steps
        Assert.Equal(0.3, s[At(10, 100)], 1e-12);
        Assert.Equal(0.6, s[At(20, 100)], 1e-12);
        Assert.Equal(0.3, s[At(60, 100)], 1e-12);
    }

    [Fact]
    public void The_arrays_of_SwAV_and_DINO_include_both_ends_of_the_warm_up()
    {
        var s = new LinspaceCosine(4.8, 0.0048, 0.3, WarmupSteps: 10);
        Assert.Equal([0.3, 4.8, 4.8], new[] { s[At(0, 50)], s[At(9, 50)], s[At(10, 50)] });
        Assert.True(s[At(49, 50)] > 0.0048);
    }

    [Fact]
    public void A_cosine_per_epoch_stands_still_within_an_epoch()
    {
        var s = new CosineEpochs();
        Assert.Equal(s[new(5, 10, 50, 100)], s[new(5, 10, 59, 100)]);
        Assert.Equal(0.5, s[new(5, 10, 50, 100)], 1e-12);
    }

    [Fact]
    public void Steps_multiply_at_their_milestones()
    {
        var s = new StepDecay(0.03, 0.1, 120, 160);
        Assert.Equal([0.03, 0.003, 0.0003], new[] { 119, 120, 199 }.Select(e => Math.Round(s[new(e, 200, 0, 1)], 12)));
    }

    [Fact]
    public void Stairs_hold_a_value_for_each_stretch_and_need_one_more_than_milestones()
    {
        var s = new Stairs([1, 0.1, 0.05, 0.01], [120, 160, 200]);
        Assert.Equal([1, 0.1, 0.05, 0.05, 0.01], new[] { 119, 120, 160, 199, 300 }.Select(e => s[new(e, 301, 0, 1)]));
        Assert.Throws<ConfigurationException>(() => new Stairs([1, 0.1], [120, 160]));
    }

    [Fact]
    public void A_teacher_temperature_rises_over_the_first_epochs()
    {
        var s = new LinearEpochs(0.04, 0.07, 30);
        Assert.Equal([0.04, 0.07, 0.07], new[] { 0, 29, 49 }.Select(e => Math.Round(s[new(e, 50, 0, 1)], 12)));
    }

    [Fact]
    public void A_number_is_a_constant_schedule()
    {
        Schedule s = 0.4;
        Assert.Equal(0.4, s[At(17, 100)]);
    }

    static Progress At(long step, long steps) => new((int)(step / 10), 10, step, steps);
}
