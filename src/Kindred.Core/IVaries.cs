namespace Kindred;

/// <summary>An option that is not one number but moves between some, such as a schedule; its option's range holds for all of them.</summary>
public interface IVaries
{
    /// <summary>Numbers among which are the smallest and the greatest that it can become.</summary>
    IEnumerable<double> Extremes { get; }
}
