namespace Kindred.Heads;

/// <summary>A method with an encoder and a head that later phases may go on with.</summary>
public interface IProjected
{
    /// <summary>The encoder f and the head g: what the method evaluates.</summary>
    Projected Network { get; }
}
