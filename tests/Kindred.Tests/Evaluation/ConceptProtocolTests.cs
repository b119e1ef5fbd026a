using Kindred.Data.Text;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Evaluation;

public sealed class ConceptProtocolTests
{
    [Fact]
    public void Bags_overlap_by_what_they_have_in_common_word_by_word()
    {
        Assert.Equal(1, ConceptProtocol.Overlap(["a", "dog", "a"], ["dog", "a", "a"]));
        Assert.Equal(2 * 2.0 / 7, ConceptProtocol.Overlap(["a", "a", "a"], ["dog", "a", "a", "b"]), 12);
        Assert.Equal(0, ConceptProtocol.Overlap([], ["dog"]));
        Assert.Equal(0, ConceptProtocol.Overlap([], []));
    }

    [Fact]
    public void Questions_are_answered_by_the_likeliest_option_whatever_its_length()
    {
        Question[] questions = [new("a", ["dog cat", "dog", "ball ball ball"], 2), new("b", ["ball", "dog"], 0), new("c", ["dog", "ball"], 0)];
        var tokenizer = new WordPieceTokenizer(WordPieceTraining.Learn(questions.SelectMany(q => q.Options.Append(q.Prompt)).Concat(questions.SelectMany(q => q.Options.Append(q.Prompt))), 200));
        using var scope = Scope.Open();
        var method = new Fond(tokenizer.Count, tokenizer.Pieces("ball").Concat([tokenizer.End]).ToHashSet());
        var subject = new Subject(new Nothing(), "h", Device.Cpu, "concepts:q.tsv", _ => new QuestionData("q.tsv", questions, tokenizer, 2, 0)) { Network = new(method, Device.Cpu, 0, _ => method) };
        var metrics = new MultipleChoice().Evaluate(subject);
        Assert.Equal(200 / 3.0, metrics["accuracy"], 1e-9);
        Assert.Equal(200 / 3.0, metrics["most_frequent"], 1e-9);
        Assert.Equal((100 / 3.0 + 50 + 50) / 3, metrics["chance"], 1e-9);
        var nobody = new Subject(new Nothing(), "h", Device.Cpu, "u", _ => throw new InvalidOperationException());
        Assert.Contains("writes sentences", Assert.Throws<ConfigurationException>(() => new ConceptProtocol().Evaluate(nobody)).Message, StringComparison.Ordinal);
    }

    sealed class Nothing : IEncodes
    {
        public Tensor Features(View view) => throw new InvalidOperationException();
    }

    // Likes some tokens better than others, whatever stands before.
    sealed class Fond(int vocabulary, HashSet<int> liked) : Method, ITextToText
    {
        public Tensor Logits(TextView source, TextView target) =>
            Tensor.From<float>([.. Enumerable.Range(0, vocabulary).Select(t => liked.Contains(t) ? 3f : 0f)], [1, vocabulary]).Expand([Targets.Of(target).Size(0), vocabulary]);

        public int[][] Write(TextView source, Writing how) => throw new InvalidOperationException();
    }
}
