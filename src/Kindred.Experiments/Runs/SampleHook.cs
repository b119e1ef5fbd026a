using System.Globalization;
using Kindred.Data.Pictures;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Training;
using Kindred.Torch;

namespace Kindred.Experiments.Runs;

/// <summary>Puts sheets of generated pictures into a run's folder, <c>samples/step-N.png</c>: at the ends of epochs, and when training stops. They are drawn from the same noise.</summary>
/// <remarks>Neither the training's random numbers nor its statistics move. Sheets stay at least some seconds apart, so that short epochs do not spend their time on them.</remarks>
sealed class SampleHook(Method method, string run, long offset, double least = 30) : IHook
{
    long drawn = -1, drawnAt = long.MinValue;

    /// <summary>The hook of a method that generates; null of any other.</summary>
    public static SampleHook? For(Method method, string run, long offset) => method is IGenerates ? new(method, run, offset) : null;

    public void Epoch(Progress at)
    {
        if (drawnAt == long.MinValue || Environment.TickCount64 - drawnAt >= 1000 * least) Draw(at);
    }

    public void End(TrainingResult result)
    {
        if (result is { Whole: true, Failed: false, Samples: > 0 }) Draw(result.At);
    }

    void Draw(Progress at)
    {
        if (at.Step == drawn) return;
        var random = Generator.Default.State;
        try
        {
            using var evaluating = method.Evaluating();
            Generator.Default.Seed(0);
            if (SampleSheet.Of((IGenerates)method) is not { } sheet) return;
            Directory.CreateDirectory(Path.Combine(run, "samples"));
            PngWriter.Write(Path.Combine(run, "samples", string.Create(CultureInfo.InvariantCulture, $"step-{offset + at.Step:00000000}.png")), sheet);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Io.StorageFailure.Explain(run, 0, e); }
        finally { Generator.Default.State = random; }
        (drawn, drawnAt) = (at.Step, Environment.TickCount64);
    }
}
