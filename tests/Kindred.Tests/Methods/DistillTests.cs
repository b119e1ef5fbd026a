using Kindred.Encoders;
using Kindred.Experiments.Training;
using Kindred.Methods;
using Kindred.Nn;
using Kindred.Objectives;
using Kindred.Optim;
using Kindred.Torch;

namespace Kindred.Tests.Methods;

/// <summary>What makes Distill itself.</summary>
public sealed class DistillTests
{
    [Fact]
    public void The_student_learns_what_its_teacher_says_and_the_teacher_stays()
    {
        using var data = new ToyData();
        var teacher = Toy.Build(() => new FineTune(new SimCLR(new TinyEncoder(), new(Dim: 8, Depth: 3)), Toy.Facts, new(Labels: 1)));
        Toy.Train(teacher, Toy.Sgd(teacher, 0.1), data, epochs: 10);
        var student = Toy.Build(() => new Distill(teacher, c => new TinyEncoder(c ?? 3), Toy.Facts, new()));
        var before = Toy.Values(student, "teacher.encoder.bn1.runningMean");
        var record = new Record();
        Toy.Train(student, Toy.Sgd(student, 0.1), data, epochs: 30, null, record);
        Assert.Equal(before, Toy.Values(student, "teacher.encoder.bn1.runningMean"));
        Assert.True(record.Steps[^1].Loss < record.Steps[0].Loss);
        Assert.True(record.Steps.TakeLast(8).Average(s => s.Numbers["agreement"]) > 0.6);
    }
}
