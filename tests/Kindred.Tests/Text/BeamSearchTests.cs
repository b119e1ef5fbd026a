using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Text;

public sealed class BeamSearchTests : IDisposable
{
    const int End = 1;

    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    // A made-up law: what was written → log-probabilities of 0 to 4, unnormalised.
    static int[] Write(Writing how, Func<string, double[]> law, int count = 1) => BeamSearch.Write(count, End, how, (owners, before) =>
    {
        var (rows, length) = (before.Size(0), before.Size(1));
        var tokens = before.ToArray<long>();
        return Tensor.From<double>([.. Enumerable.Range(0, (int)rows).SelectMany(r => law(string.Concat(tokens.Skip((int)((r * length) + 1)).Take((int)length - 1))))], [rows, 5]);
    })[0];

    static double[] Logs(params double[] shares) => [.. shares.Select(s => Math.Log(Math.Max(1e-9, s)))];

    // After 2 all goes on alike; after 3 there is one way on.
    static double[] Garden(string before) => before switch
    {
        "" => Logs(0, 0, 0.6, 0.4, 0),
        "2" => Logs(0, 0.2, 0.3, 0.25, 0.25),
        "3" => Logs(0, 0, 0, 0, 1),
        "34" => Logs(0, 1, 0, 0, 0),
        _ => Logs(0, 0.3, 0.3, 0.2, 0.2),
    };

    [Fact]
    public void The_likeliest_token_each_time_may_miss_the_likeliest_text()
    {
        Assert.Equal(2, Write(new(Beams: 1, Length: 6), Garden)[0]);
        Assert.Equal([3, 4], Write(new(Beams: 3, Length: 6, LengthPenalty: 0), Garden));
    }

    [Fact]
    public void A_penalty_lets_longer_texts_win()
    {
        // The end at once after one token, or a chain whose steps are a little less likely each.
        static double[] Law(string before) => before.Length == 0 ? Logs(0, 0, 1, 0, 0) : before.Length < 4 ? Logs(0, 0.5, 0, 0, 0.5) : Logs(0, 1, 0, 0, 0);
        Assert.Single(Write(new(Beams: 4, Length: 8, LengthPenalty: 0), Law));
        Assert.Equal(4, Write(new(Beams: 4, Length: 8, LengthPenalty: 3), Law).Length);
    }

    [Fact]
    public void Filling_is_never_written_a_text_has_a_token_at_least_and_no_more_than_asked_for()
    {
        Assert.Equal([2, 2, 2], Write(new(Length: 3), _ => Logs(0.5, 0.1, 0.4, 0, 0)));
        Assert.Equal([2], Write(new(Length: 3), b => b.Length == 0 ? Logs(0, 0.9, 0.1, 0, 0) : Logs(0, 1, 0, 0, 0)));
    }

    [Fact]
    public void A_run_of_tokens_is_not_written_twice_where_that_is_asked_for()
    {
        static double[] Law(string before) => before.Length % 2 == 0 ? Logs(0, 0.05, 0.8, 0.1, 0.05) : Logs(0, 0.05, 0.1, 0.8, 0.05);
        Assert.Equal([2, 3, 2, 3, 2, 3], Write(new(Length: 6), Law));
        var varied = Write(new(Length: 6, NoRepeat: 2), Law);
        Assert.Equal(varied.Length - 1, varied.Zip(varied.Skip(1)).Distinct().Count());
    }

    [Fact]
    public void Sources_are_searched_by_themselves()
    {
        var both = BeamSearch.Write(2, End, new(Beams: 2, Length: 4), (owners, before) =>
        {
            var scores = owners.ToArray<long>().SelectMany(o => before.Size(1) < 3 ? (o == 0 ? Logs(0, 0.1, 0.8, 0.1, 0) : Logs(0, 0.1, 0, 0.1, 0.8)) : Logs(0, 1, 0, 0, 0));
            return Tensor.From<double>([.. scores], [owners.Size(0), 5]);
        });
        Assert.Equal([2, 2], both[0]);
        Assert.Equal([4, 4], both[1]);
    }

    [Fact]
    public void A_run_is_put_in_the_place_of_another()
    {
        var text = TextView.Of([[9, 4, 5, 6, 3], [9, 4, 4, 5, 3]], "choice");
        var spliced = Splice.Replace(text, [[4, 5], [4, 5]], [[7], [8, 8, 8]]);
        Assert.Equal([[9, 7, 6, 3], [9, 4, 8, 8, 8, 3]], Splice.Rows(spliced));
        Assert.Equal("choice", spliced.Name);
        Assert.Equal([[9, 4, 5, 6, 3], [9, 4, 4, 5, 3]], Splice.Rows(Splice.Replace(text, [[5, 4], [6]], [[7], [7]])));
    }
}
