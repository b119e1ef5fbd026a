using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes InvaSpread itself.</summary>
public sealed class InvaSpreadTests
{
    [Theory]
    [InlineData(InvaSpread.FormKind.Code)]
    [InlineData(InvaSpread.FormKind.Paper)]
    public void Inva_Spread_s_terms_add_up_and_the_paper_s_spread_sees_no_copies(InvaSpread.FormKind form)
    {
        using var scope = Scope.Open();
        using var data = new ToyData();
        double Loss(InvaSpread.TermKind terms, Batch batch) =>
            Toy.Loss(Toy.Build(() => new InvaSpread(new TinyEncoder(), new(Dim: 8, Form: form, Terms: terms))), batch).Item();
        var batch = data.Batch();
        Assert.Equal(Loss(InvaSpread.TermKind.Both, batch), Loss(InvaSpread.TermKind.Invariance, batch) + Loss(InvaSpread.TermKind.Spread, batch), 1e-5);
        if (form == InvaSpread.FormKind.Code) return;
        double Spread(double noise)
        {
            var z = Tensor.Randn([8, 4], dtype: Dtype.Float64);
            return InvariantSpread.PaperTerms(Tensor.Eye(8, 4, dtype: Dtype.Float64), z * noise).Spread.Item();
        }
        Assert.Equal(Spread(1), Spread(2), 1e-12);
    }
}
