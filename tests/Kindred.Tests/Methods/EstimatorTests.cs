using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Experiments.Runs;
using Kindred.Experiments.Studies;
using Kindred.Information;
using Kindred.Methods;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>Bounds on mutual information as methods of the ordinary trainer.</summary>
public sealed class EstimatorTests : IDisposable
{
    readonly Scope scope = Scope.Open();

    public void Dispose() => scope.Dispose();

    static readonly DataFacts Facts = new DataFacts(64, 0, 8).WithInput("x.features", 2).WithInput("y.features", 2);

    public static TheoryData<string> Names => ["mine", "nwj", "js", "infonce", "club"];

    static Recipe Load(string name) => Recipe.Load(name, folder: Path.Combine(Repository.Root, "recipes"), binder: Parts.Binder);

    [Theory, MemberData(nameof(Names))]
    public void The_recipe_of_its_name_is_what_kindred_mi_trains(string name)
    {
        var estimator = Enum.Parse<MiEstimator>(name, ignoreCase: true);
        var (shipped, made) = (Load(name).First, MiEstimate.Recipe(estimator, new()));
        object Options(RecipeFile recipe) => Parts.Binder.Bind(Registry.OptionsOf(Catalogues.Methods.Find(recipe.Method).Type)!, recipe.Options, "options")!;
        Assert.Equal(Options(shipped), Options(made));
        static object Trained(RecipeFile recipe) => (recipe.Method, recipe.Train.Steps, recipe.Train.Batch, recipe.Train.Seed, recipe.Train.Precision);
        Assert.Equal(Trained(shipped), Trained(made));
        Assert.Equal(Parts.Optimizers(shipped.Train, ["model"])["model"], Parts.Optimizers(made.Train, ["model"])["model"]);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_evaluation_reads_the_estimate_off_held_out_pairs_and_knows_the_truth(string name)
    {
        // MINE's average lags behind a critic that learns this fast; a newer one follows.
        var average = name == "mine" ? [new("options.rate", Text("0.1"))] : Array.Empty<KeyValuePair<string, RecipeNode>>();
        var recipe = Load(name).With([.. average, new("data", Text("columns:gaussian?dim=2&rho=0.8&n=2048")), new("train.steps", Text("600")), new("train.batch", Text("64"))]);
        using var experiment = Experiment.Build(recipe.First);
        experiment.Trainer().Fit();
        var metrics = Evaluations.Run(experiment, new EvaluationRequest("information")).Metrics;
        var truth = new CorrelatedGaussian(2, 0.8).MutualInformation;
        Assert.Equal(truth, metrics["truth"], 1e-9);
        Assert.True(metrics["nats"] > 0.4 * truth, $"{metrics["nats"]} of {truth}");
        if (name == "club") Assert.True(metrics["nats"] > truth);
        else Assert.True(metrics["nats"] < truth + 0.1, $"{metrics["nats"]} above {truth}");
    }

    [Fact]
    public void InfoNCE_stays_below_the_logarithm_of_its_candidates()
    {
        var method = Toy.Build(() => new InfoNCE(Facts, new(Hidden: 16, Candidates: 4)));
        var x = Tensor.Randn([64, 2]);
        foreach (var parameter in method.Parameters()) parameter.Set(parameter.Value * 10);
        Assert.InRange(method.Estimate(Pairs(x, x)), double.MinValue, Math.Log(4));
    }

    [Fact]
    public void CLUB_is_chosen_by_likelihood_and_reports_its_bound()
    {
        var method = Toy.Build(() => new CLUB(Facts, new(Hidden: 16)));
        var x = Tensor.Randn([64, 2]);
        var batch = Pairs(x, x);
        Assert.Equal(-Toy.Loss(method, batch).Item(), method.Merit(batch), 1e-5);
        Assert.NotEqual(method.Merit(batch), method.Estimate(batch));
    }

    [Fact]
    public void An_estimate_of_blocks_is_that_of_all_pairs_for_as_many_as_fit()
    {
        var method = Toy.Build(() => new MINE(Facts, new(Critic: BoundMethod.CriticKind.Joint, Hidden: 16)));
        var (x, y) = (Tensor.Randn([200, 2]), Tensor.Randn([200, 2]));
        var critic = (JointCritic)typeof(BoundMethod).GetField("critic", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(method)!;
        var scores = critic.Matrix(x, y);
        Assert.Equal(DonskerVaradhan.Value(Kindred.Information.Pairs.Joint(scores), Kindred.Information.Pairs.Marginal(scores, Negatives.OffDiagonal)).Item(), method.Estimate(Pairs(x, y)), 1e-5);
    }

    [Fact]
    public void Data_that_are_no_pairs_are_refused_with_what_would_do()
    {
        Assert.Contains("columns:gaussian", Assert.Throws<ConfigurationException>(() => new MINE(Toy.Facts, new())).Message, StringComparison.Ordinal);
        Assert.Contains("columns:gaussian", Assert.Throws<ConfigurationException>(() => new CLUB(Toy.Facts, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_gives_no_representation_says_so_to_a_protocol_that_wants_one_and_what_gives_one_estimates_nothing()
    {
        using var estimator = Experiment.Build(Load("mine").First, "columns:gaussian?dim=1&n=256");
        Assert.Contains("no representation", Assert.Throws<ConfigurationException>(() => Evaluations.Run(estimator, new EvaluationRequest("geometry"))).Message, StringComparison.Ordinal);
        Assert.Contains("draws samples", Assert.Throws<ConfigurationException>(() => Evaluations.Run(estimator, new EvaluationRequest("modes"))).Message, StringComparison.Ordinal);
        using var density = Experiment.Build(Load("nce").First);
        Assert.Contains("estimates mutual information", Assert.Throws<ConfigurationException>(() => Evaluations.Run(density, new EvaluationRequest("information"))).Message, StringComparison.Ordinal);
    }

    static RecipeScalar Text(string text) => new(text, false, RecipePlace.Default);

    static Batch Pairs(Tensor x, Tensor y) => new([new View(x, "x"), new View(y, "y")], Tensor.Arange(x.Size(0)), null);
}
