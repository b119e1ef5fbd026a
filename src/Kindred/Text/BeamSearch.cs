using Kindred.Torch;

namespace Kindred.Text;

/// <summary>Looks for the likeliest text token by token, several beginnings side by side.</summary>
/// <remarks>
/// As the transformers library does with early stopping: of twice as many continuations as beams the finished ones are set aside, those that are not go on, and
/// a source is done once it has as many finished texts as beams. Number 0 fills up and is never written, nor is the end as the first token.
/// </remarks>
public static class BeamSearch
{
    /// <summary>Writes a text for each of several sources.</summary>
    /// <param name="count">How many sources.</param>
    /// <param name="end">The token that ends a text.</param>
    /// <param name="how">How it is looked for.</param>
    /// <param name="next">Sources `[M]` and beginnings `[M, t]`, the first token 0 → scores of the next token `[M, V]`.</param>
    /// <returns>Tokens without beginning and end.</returns>
    public static int[][] Write(int count, int end, Writing how, Func<Tensor, Tensor, Tensor> next)
    {
        ArgumentNullException.ThrowIfNull(how);
        ArgumentNullException.ThrowIfNull(next);
        using var _ = NoGradient.Begin();
        var searches = Enumerable.Range(0, count).Select(_ => new Search(end, how)).ToArray();
        for (var length = 1; length <= how.Length; length++)
        {
            int[] open = [.. Enumerable.Range(0, count).Where(i => !searches[i].Done)];
            if (open.Length == 0) break;
            using var scope = Scope.Open();
            var owners = open.SelectMany(i => searches[i].Live.Select(_ => (long)i)).ToArray();
            var before = open.SelectMany(i => searches[i].Live).SelectMany(b => b.Tokens.Prepend(0)).Select(t => (long)t).ToArray();
            var scores = next(Tensor.From<long>(owners), Tensor.From<long>(before, [owners.Length, length])).To(Dtype.Float32).LogSoftmax(-1);
            // Beside those that are wanted the best may be the filling, the end, or what would repeat a run.
            var most = Math.Min(scores.Size(1), (2 * how.Beams) + 2 + (how.NoRepeat > 0 ? length : 0));
            var (values, tokens) = scores.Topk(most);
            var (best, numbers) = (values.To(Device.Cpu).ToArray<float>(), tokens.To(Device.Cpu).ToArray<long>());
            var row = 0;
            foreach (var i in open)
            {
                var rows = searches[i].Live.Count;
                searches[i].Go(best.AsSpan(row * (int)most, rows * (int)most), numbers.AsSpan(row * (int)most, rows * (int)most), (int)most, last: length == how.Length);
                row += rows;
            }
        }
        return Array.ConvertAll(searches, s => s.Best);
    }

    sealed record Beginning(double Score, int[] Tokens);

    sealed class Search(int end, Writing how)
    {
        readonly List<Beginning> finished = [];

        internal List<Beginning> Live { get; private set; } = [new(0, [])];

        internal bool Done { get; private set; }

        internal int[] Best => finished.MaxBy(f => f.Score)?.Tokens ?? [];

        internal void Go(ReadOnlySpan<float> scores, ReadOnlySpan<long> tokens, int each, bool last)
        {
            List<Beginning> candidates = [];
            for (var b = 0; b < Live.Count; b++)
                for (var c = 0; c < each; c++)
                {
                    var token = (int)tokens[(b * each) + c];
                    if (token != 0 && !(token == end && Live[b].Tokens.Length == 0) && !Repeats(Live[b].Tokens, token))
                        candidates.Add(new(Live[b].Score + scores[(b * each) + c], [.. Live[b].Tokens, token]));
                }
            List<Beginning> going = [];
            foreach (var (rank, candidate) in candidates.OrderByDescending(c => c.Score).Take(2 * how.Beams).Index())
            {
                if (candidate.Tokens[^1] != end) going.Add(candidate);
                else if (rank < how.Beams) Finish(candidate.Score, candidate.Tokens[..^1]);
                if (going.Count == how.Beams) break;
            }
            Live = going;
            if (last || going.Count == 0)
                foreach (var cut in going) Finish(cut.Score, cut.Tokens);
            Done = last || going.Count == 0 || finished.Count >= how.Beams;
        }

        void Finish(double score, int[] text) => finished.Add(new(score / Math.Pow(text.Length + 1, how.LengthPenalty), text));

        // Whether the last tokens with this one stand before already.
        bool Repeats(int[] before, int token)
        {
            var run = how.NoRepeat;
            if (run == 0 || before.Length < run) return false;
            var tail = before.AsSpan(before.Length - run + 1);
            for (var at = 0; at + run <= before.Length; at++)
                if (before[at + run - 1] == token && before.AsSpan(at, run - 1).SequenceEqual(tail)) return true;
            return false;
        }
    }
}
