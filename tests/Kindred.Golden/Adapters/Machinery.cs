using Kindred.Metrics;
using Kindred.Nn;
using Kindred.Optim;

namespace Kindred.Golden.Adapters;

/// <summary>What surrounds an objective: LARS, moving averages, schedules, split batch norm, the nearest-neighbour vote.</summary>
static class Machinery
{
    sealed class Single(Tensor value) : Module
    {
        readonly Parameter weight = new(value);

        public Parameter Weight => weight;
    }

    sealed record Listed(double[] Values) : Schedule
    {
        public override IEnumerable<double> Extremes => Values;

        public override double this[Progress at] => Values[at.Step];
    }

    [Golden("lars_step")]
    static CaseResult LarsStep(GoldenCase c)
    {
        var module = new Single(c.Constant("weight"));
        var rates = c.Numbers("lr");
        using var lars = new Lars(module, new Lars.Options
        {
            Form = c.Text("form") switch
            {
                "trust_then_momentum" => LarsForm.TrustThenMomentum,
                "lr_inside_momentum" => LarsForm.RateInsideMomentum,
                "larc" => c.Flag("clip") ? LarsForm.LarcClipped : LarsForm.Larc,
                "larc_clipped" or "larc_clip" => LarsForm.LarcClipped,
                var other => throw new NotSupportedException($"LARS form '{other}'"),
            },
            LearningRate = 1,
            Schedule = new Listed(rates),
            Momentum = c.Number("momentum"),
            Trust = c.Number("eta"),
            WeightDecay = c.Number("weight_decay"),
            Groups = [new ParameterGroup("*") { Excluded = c.Flag("excluded") }],
        });
        var gradients = c.Constant("gradients");
        var weights = new List<Tensor>();
        for (var step = 0; step < gradients.Size(0); step++)
        {
            module.Weight.Gradient = gradients.Select(0, step).Clone();
            lars.Step(new Progress(0, 1, step, rates.Length));
            weights.Add(module.Weight.Value.Detach().Clone());
        }
        return new CaseResult
        {
            ["weights"] = Tensor.Stack([.. weights]),
            ["buffer"] = lars.State().First(slot => slot.Path.StartsWith("momentum/", StringComparison.Ordinal)).Value.Clone(),
        };
    }

    [Golden("ema_update")]
    static CaseResult EmaUpdate(GoldenCase c)
    {
        var target = new Single(c.Constant("target"));
        var online = c.Constant("online");
        var momentum = c.Numbers("momentum");
        var targets = new List<Tensor>();
        for (var step = 0; step < momentum.Length; step++)
        {
            target.Follow(new Single(online.Select(0, step).Clone()), momentum[step]);
            targets.Add(target.Weight.Value.Detach().Clone());
        }
        return new CaseResult { ["targets"] = Tensor.Stack([.. targets]) };
    }

    [Golden("warmup_cosine")]
    static CaseResult WarmupCosineValues(GoldenCase c)
    {
        var (steps, warmup) = (c.Integer("total_steps"), c.Integer("warmup_steps", 0));
        var (from, final) = (c.Number("base"), c.Number("final", 0));
        return c.Text("form") == "linspace"
            ? Values(new LinspaceCosine(from, final, c.Number("start", 0), WarmupSteps: warmup), steps, steps)
            : Values(new WarmupCosine(from, final, WarmupSteps: warmup), steps, steps + 1);
    }

    [Golden("ema_cosine_schedule")]
    static CaseResult EmaCosine(GoldenCase c) =>
        Values(new CosineRamp(c.Number("base"), c.Number("end", 1)), c.Integer("total_steps"), c.Integer("total_steps") + 1);

    [Golden("dino_teacher_temperature")]
    static CaseResult TeacherTemperature(GoldenCase c)
    {
        var epochs = c.Integer("epochs");
        var schedule = new LinearEpochs(c.Number("start"), c.Number("final"), c.Integer("warmup_epochs"));
        return new CaseResult { ["values"] = Enumerable.Range(0, epochs).Select(epoch => schedule[new Progress(epoch, epochs, epoch, epochs)]).ToArray() };
    }

    [Golden("split_batch_norm")]
    static CaseResult SplitNorm(GoldenCase c)
    {
        var (x, order) = (c["x"], c["permutation"]);
        var norm = new SplitBatchNorm(x.Size(1), c.Integer("splits"), weight: false, bias: false, eps: c.Number("eps", 1e-5));
        norm.To(dtype: Dtype.Float64);
        var y = norm.Forward(x.IndexSelect(0, order)).IndexSelect(0, order.Argsort());
        return new CaseResult { ["y"] = y, ["loss"] = (y * c.Constant("probe")).Sum() };
    }

    [Golden("knn_vote")]
    static CaseResult Knn(GoldenCase c)
    {
        var votes = KnnVote.Scores(c["train_features"], c["train_labels"], c["test_features"], c.Integer("classes"), c.Integer("k"), c.Number("temperature"));
        return new CaseResult { ["scores"] = votes.Exp(), ["prediction"] = KnnVote.Predict(votes) };
    }

    static CaseResult Values(Schedule schedule, int steps, int count) => new()
    {
        ["values"] = Enumerable.Range(0, count).Select(step => schedule[new Progress(0, 1, step, steps)]).ToArray(),
    };
}
