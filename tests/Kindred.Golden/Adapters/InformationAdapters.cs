using Kindred.Information;

namespace Kindred.Golden.Adapters;

static class InformationAdapters
{
    [Golden("mine_dv")]
    static CaseResult Mine(GoldenCase c)
    {
        Tensor joint = c["t_joint"], marginal = c["t_marginal"];
        var result = new CaseResult { ["value"] = DonskerVaradhan.Value(joint, marginal) };
        if (c.Text("gradient", "plain") != "ema")
        {
            result["loss"] = DonskerVaradhan.Loss(joint, marginal);
            return result;
        }
        var before = c.Flag("first_step") ? null : c.Constant("log_ema").Reshape([]);
        (result["loss"], result["log_ema_new"]) = Information.Mine.Step(joint, marginal, before, c.Number("rate", 0.01));
        return result;
    }

    [Golden("nwj")]
    static CaseResult Nwj(GoldenCase c)
    {
        var value = c.Has("scores")
            ? Information.Nwj.Value(c["scores"], Negatives(c))
            : Information.Nwj.Value(c["t_joint"], c["t_marginal"]);
        return new CaseResult { ["value"] = value, ["loss"] = -value };
    }

    [Golden("js_mi")]
    static CaseResult JensenShannon(GoldenCase c)
    {
        var joint = c.Has("scores") ? Pairs.Joint(c["scores"]) : c["t_joint"];
        var marginal = c.Has("scores") ? Pairs.Marginal(c["scores"], Negatives(c)) : c["t_marginal"];
        var (value, positive, negative) = Information.JensenShannon.Value(joint, marginal, c.Flag("shifted", true));
        return new CaseResult { ["value"] = value, ["e_pos"] = positive, ["e_neg"] = negative, ["loss"] = -value };
    }

    [Golden("info_nce_bound")]
    static CaseResult InfoNce(GoldenCase c)
    {
        var value = c.Has("scores") ? InfoNceBound.Value(c["scores"]) : InfoNceBound.Value(c["x"], c["y"], c.Number("temperature", 1));
        var candidates = (c.Optional("scores") ?? c["x"]).Size(0);
        return new CaseResult { ["value"] = value, ["upper_limit"] = InfoNceBound.UpperLimit(candidates), ["loss"] = -value };
    }

    [Golden("club")]
    static CaseResult Club(GoldenCase c)
    {
        Tensor Value(string kind) => kind switch
        {
            "full" => Information.Club.Bound(c["mu"], c["logvar"], c["y"]),
            "sampled" => Information.Club.Sampled(c["mu"], c["logvar"], c["y"], c["permutation"]),
            "leave_one_out" => Information.Club.LeaveOneOut(c["mu"], c["logvar"], c["y"]),
            "loglik" => Information.Club.LogLikelihood(c["mu"], c["logvar"], c["y"]),
            "prior_kl" => Information.Club.PriorDivergence(c["mu"], c["logvar"]),
            "categorical" => Information.Club.Categorical(c["logits"], c["labels"]),
            _ => throw new ArgumentException($"club has no kind '{kind}'"),
        };
        var kind = c.Text("kind");
        var result = new CaseResult { ["value"] = Value(kind) };
        result["loss"] = kind == "loglik" ? -Value(kind) : Value(kind);
        if (kind == "categorical")
            result["loglik"] = Information.Club.LogLikelihood(c["logits"], c["labels"]);
        return result;
    }

    [Golden("gaussian_mi")]
    static CaseResult Gaussians(GoldenCase c)
    {
        var grid = c.Doubles("rho").Select(rho => new CorrelatedGaussian(c.Integer("dim"), rho)).ToArray();
        return new CaseResult
        {
            ["mi_nats"] = grid.Select(pair => pair.MutualInformation).ToArray(),
            ["club_exact_conditional"] = grid.Select(pair => pair.ClubBound).ToArray(),
        };
    }

    [Golden("mine_gan_g")]
    static CaseResult AdaptiveClip(GoldenCase c)
    {
        var (gradient, scale) = AdaptiveClipping.Combine(c["grad_adversarial"], c["grad_mi"], c.Number("beta", 1), c.Number("eps", 1e-12));
        return new CaseResult { ["gradient"] = gradient, ["scale"] = scale };
    }

    static Negatives Negatives(GoldenCase c) =>
        c.Text("negatives", "off_diagonal") == "all" ? Information.Negatives.All : Information.Negatives.OffDiagonal;
}
