namespace Kindred.Tests.Training;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    public void The_first_signal_asks_to_stop(string name, int number)
    {
        using var probe = new Probe("signal", "");
        probe.Signal(name);
        Assert.Equal($"asked to stop by {number}", probe.ReadLine());
        Assert.Equal(75, probe.ExitCode());
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public void The_second_ends_the_process_at_once(string name, int code)
    {
        using var probe = new Probe("signal", "", "stubborn");
        probe.Signal("TERM");
        Assert.Equal("asked to stop by 15", probe.ReadLine());
        probe.Signal(name);
        Assert.Equal(code, probe.ExitCode());
    }
}
