namespace Kindred;

/// <summary>Makes another encoder as the recipe describes it: for a second stream, a second view's network, a student.</summary>
/// <param name="channels">Input channels, where they differ from the recipe's.</param>
public delegate Encoder EncoderFactory(long? channels = null);
