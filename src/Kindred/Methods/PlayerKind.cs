namespace Kindred.Methods;

/// <summary>What the networks of a game are made of.</summary>
public enum PlayerKind
{
    /// <summary>Linear layers over the values of a sample.</summary>
    Linear,

    /// <summary>Convolutions over pictures, as in DCGAN.</summary>
    Convolutional,
}
