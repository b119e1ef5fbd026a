namespace Kindred;

/// <summary>Where training stands; schedules are read at it.</summary>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Steps">Optimizer steps in all.</param>
public readonly record struct Progress(int Epoch, int Epochs, long Step, long Steps);
