namespace Kindred.Cli.Tests;

/// <summary>What stands on a command line twice is refused: one of the two would be used, and nobody was told which.</summary>
public sealed class TwiceTests
{
    [Theory]
    [InlineData("train simclr --out a --out b", "--out stands there twice ('a', 'b')")]
    [InlineData("study temperature --seeds 0 --seeds 1", "--seeds stands there twice ('0', '1')")]
    [InlineData("list methods --json --json", "--json stands there twice")]
    [InlineData("embed a --out x.npy --out y.npy --out z.npy", "--out stands there 3 times")]
    [InlineData("train simclr train.epochs=1 train.epochs=2", "train.epochs is changed twice, by 'train.epochs=1' and by 'train.epochs=2'")]
    [InlineData("study temperature train.epochs=1 train.epochs=2", "train.epochs is changed twice")]
    [InlineData("eval knn --run a k=3 k=5", "k is changed twice")]
    [InlineData("eval knn --run a --k 3 k=5", "--k and 'k=5' say the same twice")]
    [InlineData("train simclr --seed 1 train.seed=2", "--seed and 'train.seed=2' say the same twice")]
    [InlineData("config print simclr --data emoji data=emoji", "--data and 'data=emoji' say the same twice")]
    [InlineData("train simclr train.optimizer.momentum=0.5 train.optimizer=adam", "write the whole first")]
    public void What_stands_there_twice_is_refused(string words, string said)
    {
        var (code, output, errors) = Cli.Run(words.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--plugin a.dll --plugin b.dll list methods", "there is no plug-in 'a.dll'")]
    [InlineData("config print simclr views.0.of.+=flip views.0.of.+=gray", "")]
    [InlineData("config print simclr train.optimizer=sgd train.optimizer.momentum=0.5", "")]
    public void What_may_be_said_several_times_is_left_alone(string words, string said)
    {
        var (code, _, errors) = Cli.Run(words.Split(' '));
        Assert.Equal(said.Length > 0 ? 2 : 0, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }
}
