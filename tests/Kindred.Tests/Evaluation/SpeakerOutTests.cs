using Kindred.Experiments.Evaluation;
using Kindred.Randomness;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public class SpeakerOutTests
{
    static readonly string[] speakers = ["ann", "bob", "cyd"];

    // Two digits a speaker; of everything but the digit's own direction, each speaker has much.
    static (Tensor X, Tensor Y, int[] Speakers) Voices(Func<int, int, int> digitOf)
    {
        var draws = new RandomKey(5, 0, 0, 0).Draws();
        List<float> x = [];
        List<long> y = [];
        List<int> who = [];
        for (var i = 0; i < 120; i++)
        {
            var (speaker, digit) = (i % 3, i / 3 % 2);
            float[] row = [(digit == 0 ? 1 : -1) + (float)(0.1 * draws.Normal()), 0, 0, 0];
            row[1 + speaker] = 2;
            x.AddRange(row);
            y.Add(digitOf(speaker, digit));
            who.Add(speaker);
        }
        return (Tensor.From<float>([.. x], [120, 4]), Tensor.From<long>([.. y]), [.. who]);
    }

    [Fact]
    public void What_holds_for_all_speakers_carries_over()
    {
        using var scope = Scope.Open();
        var (x, y, who) = Voices((_, digit) => digit);
        var found = new SpeakerOut().Measure(x, y, 2, who, speakers);
        Assert.InRange(found["knn"], 99, 100);
        Assert.InRange(found["linear"], 99, 100);
        Assert.Equal(2 + (2 * 3), found.Count);
    }

    // Bob says the digits the other way round. Had the classifier heard any of his, it could tell; it has not, so it is always wrong.
    [Fact]
    public void The_speaker_who_is_tested_was_never_heard()
    {
        using var scope = Scope.Open();
        var (x, y, who) = Voices((speaker, digit) => speaker == 1 ? 1 - digit : digit);
        var found = new SpeakerOut(L2: [1e-3]).Measure(x, y, 2, who, speakers);
        Assert.InRange(found["knn_bob"], 0, 1);
        Assert.InRange(found["linear_bob"], 0, 1);
        Assert.Equal((found["knn_ann"] + found["knn_bob"] + found["knn_cyd"]) / 3, found["knn"], 9);
    }

    [Fact]
    public void One_speaker_cannot_be_left_out()
    {
        using var scope = Scope.Open();
        var (x, y, _) = Voices((_, digit) => digit);
        Assert.Contains("at least two", Assert.Throws<DataException>(() => new SpeakerOut().Measure(x, y, 2, new int[120], speakers)).Message, StringComparison.Ordinal);
    }
}
