using Kindred.Encoders;
using Kindred.Methods;
using Kindred.Numerics;
using Kindred.Optim;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes CALM itself.</summary>
public sealed class CALMTests : IDisposable
{
    readonly Scope scope = Scope.Open();
    readonly ToyData data = new(kind: "concepts");

    public void Dispose()
    {
        data.Dispose();
        scope.Dispose();
    }

    static T5 Net(double dropout = 0) => new(new(Width: 16, Depth: 1, Heads: 2, Hidden: 32, Dropout: dropout), DataFacts.None.WithInput("vocabulary", 40).WithInput("end", 3));

    static CALM Make(CALM.Options options) => Toy.Build(() => new CALM(Net(), options));

    static TextView View(Batch batch, string name) => (TextView)batch.View(name);

    static double Loss(CALM method, TextView source, TextView target) => CrossEntropy.Loss(method.Logits(source, target), Targets.Of(target)).Item();

    [Fact]
    public void Mixed_the_loss_is_the_mean_over_the_exercises_and_some_may_be_left_out()
    {
        var batch = data.Batch();
        var (all, order) = (Make(new()), Make(new(Tasks: [CALM.TaskKind.Order])));
        double Of(string name) => Loss(all, View(batch, name), View(batch, "sentence"));
        Assert.Equal((Of("concepts") + Of("order") + Of("choice")) / 3, Toy.Loss(all, batch).Item(), 1e-5);
        Assert.Equal(["choice", "concepts", "order"], all.TakeLog().Keys.Order());
        Assert.Equal(Of("order"), Toy.Loss(order, batch).Item(), 1e-5);
        Assert.Equal(["order"], order.TakeLog().Keys);
    }

    [Fact]
    public void The_choice_may_be_answered_by_its_number_or_asked_about_one_sentence()
    {
        var batch = data.Batch();
        var method = Make(new(Tasks: [CALM.TaskKind.Number, CALM.TaskKind.Sense]));
        var loss = Toy.Loss(method, batch).Item();
        var log = method.TakeLog();
        Assert.Equal(Loss(method, View(batch, "choice"), View(batch, "number")), log["number"], 1e-5);
        Assert.Equal(Loss(method, View(batch, "sense"), View(batch, "verdict")), log["sense"], 1e-5);
        Assert.Equal((log["number"] + log["sense"]) / 2, loss, 1e-5);
    }

    [Fact]
    public void Jointly_what_is_written_takes_the_distractor_s_place_and_weights_count()
    {
        var batch = data.Batch();
        var method = Make(new(CALM.StageKind.Joint, Generator: 2, Discriminator: 0.5, Beams: 2, NoRepeat: 0));
        var loss = Toy.Loss(method, batch).Item();
        var log = method.TakeLog();
        Assert.Equal(Loss(method, View(batch, "repair"), View(batch, "sentence")), log["generator"], 1e-5);
        var written = method.Write(View(batch, "repair"), new(2, (int)View(batch, "repair").X.Size(1), 0.6, 0));
        var wrong = Array.ConvertAll(Splice.Rows(View(batch, "distractor")), r => r[..^1]);
        var choice = Splice.Replace(View(batch, "choice"), wrong, written);
        Assert.NotEqual(Splice.Rows(View(batch, "choice")), Splice.Rows(choice));
        Assert.Equal(Loss(method, choice, View(batch, "sentence")), log["discriminator"], 1e-5);
        Assert.Equal(0, log["repaired"]);
        Assert.Equal((2 * log["generator"]) + (0.5 * log["discriminator"]), loss, 1e-5);
    }

    [Fact]
    public void The_generator_hears_nothing_of_the_discriminator_s_loss_but_through_the_shared_weights()
    {
        // Weighted by 0 the generator has the gradient of the choice alone, in which what was written is a constant.
        var batch = data.Batch();
        var (method, plain) = (Make(new(CALM.StageKind.Joint, Generator: 0, Beams: 1, NoRepeat: 0)), Make(new()));
        Toy.Loss(method, batch).Backward();
        var written = plain.Write(View(batch, "repair"), new(1, (int)View(batch, "repair").X.Size(1), 0.6, 0));
        var choice = Splice.Replace(View(batch, "choice"), Array.ConvertAll(Splice.Rows(View(batch, "distractor")), r => r[..^1]), written);
        CrossEntropy.Loss(plain.Logits(choice, View(batch, "sentence")), Targets.Of(View(batch, "sentence"))).Backward();
        foreach (var (a, b) in method.Parameters().Zip(plain.Parameters())) Assert.Equal(0, (a.Gradient! - b.Gradient!).Abs().Max().Item(), 1e-5);
    }

    [Fact]
    public void What_is_repaired_wholly_is_not_asked_about()
    {
        // The repair prompt holds the sentence itself, and the network has learnt to copy it.
        var method = Make(new(Tasks: [CALM.TaskKind.Order]));
        using var adam = new Adam(method, new() { LearningRate = 0.01 });
        Toy.Train(method, new Dictionary<string, Optimizer> { ["model"] = adam }, data, epochs: 60);
        var joint = Toy.Build(() => new CALM(method.Modules().OfType<T5>().Single(), new(CALM.StageKind.Joint, Beams: 1, NoRepeat: 0)));
        var batch = data.Batch();
        joint.TakeLog();
        Toy.Loss(joint, batch with { Views = [.. batch.Views.Where(v => v.Name != "repair"), new TextView(View(batch, "order").X, View(batch, "order").Mask, "repair")] });
        var log = joint.TakeLog();
        Assert.InRange(log["repaired"], 0.5, 1);
        if (log["repaired"] == 1) Assert.Equal(0, log["discriminator"]);
    }

    [Fact]
    public void After_a_little_training_the_sentence_is_likelier_than_its_distractor()
    {
        var method = Make(new());
        using var adam = new Adam(method, new() { LearningRate = 0.01 });
        double Told()
        {
            using var evaluating = method.Evaluating();
            var batch = data.Batch();
            return NoGradient.Of(() => method.LogLikelihood(View(batch, "choice"), View(batch, "sentence")).Gt(method.LogLikelihood(View(batch, "choice"), View(batch, "distractor")))
                .To(Dtype.Float32).Mean()).Item();
        }
        Toy.Train(method, new Dictionary<string, Optimizer> { ["model"] = adam }, data, epochs: 40);
        Assert.True(Told() >= 0.875, $"{Told()}");
    }

    [Fact]
    public void What_cannot_write_and_data_without_exercises_are_refused()
    {
        Assert.Contains("take t5", Assert.Throws<ConfigurationException>(() => new CALM(new Bert(new(Width: 8, Depth: 1, Heads: 2)), new())).Message, StringComparison.Ordinal);
        Assert.Contains("options.tasks", Assert.Throws<ConfigurationException>(() => new CALM(Net(), new(Tasks: []))).Message, StringComparison.Ordinal);
        using var text = new ToyData(kind: "text");
        Assert.Contains("concepts:wordnet", Assert.Throws<ConfigurationException>(() => Toy.Loss(Make(new()), text.Batch())).Message, StringComparison.Ordinal);
    }
}
