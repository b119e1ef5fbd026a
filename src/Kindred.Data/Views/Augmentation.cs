using Kindred.Data.Pictures;
using Kindred.Randomness;

namespace Kindred.Data.Views;

/// <summary>One operation on a picture, in two acts: draw its chance numbers, then apply them.</summary>
/// <remarks>
/// The acts are apart because some methods copy a draw from one view to another (LooC), because a decoder wants to know the crop
/// before it decodes, and because a preview prints what was drawn. An operation is a record of numbers, strings, truth values
/// and arrays of numbers, so that a recipe can write it down.
/// </remarks>
public abstract record Augmentation
{
    /// <summary>Holds the operation's numbers to their ranges.</summary>
    /// <exception cref="ConfigurationException">A number is out of its range.</exception>
    protected Augmentation() => OptionRules.Check(this);

    /// <summary>Decides what this operation will do to one view.</summary>
    /// <param name="draws">The operation's own stream of chance; how much it takes does not disturb other operations.</param>
    /// <param name="shape">The shape of the picture that reaches the operation.</param>
    /// <param name="step">Receives the numbers.</param>
    /// <returns>Whether the operation acts.</returns>
    public abstract bool Draw(ref Draws draws, ViewShape shape, ref DrawnStep step);

    /// <summary>Does what was drawn; called only if <see cref="Draw"/> said that the operation acts.</summary>
    /// <param name="canvas">The view in the making.</param>
    /// <param name="step">The numbers drawn.</param>
    public abstract void Apply(Canvas canvas, in DrawnStep step);

    /// <summary>The shape after this operation, whatever was drawn.</summary>
    /// <param name="shape">The shape before it.</param>
    public virtual ViewShape After(ViewShape shape) => shape;

    /// <summary>The drawn numbers in words, for a preview.</summary>
    /// <param name="step">The numbers drawn.</param>
    public virtual string Describe(in DrawnStep step) => "";

    /// <summary>Whether mirroring before this operation equals mirroring after it; a crop may then mirror on the way.</summary>
    internal virtual bool CommutesWithFlip => false;
}

/// <summary>An operation that keeps a window of the picture, pixel by pixel: a resize before it makes no more than that.</summary>
interface ICutsWindow
{
    /// <summary>The window; it may reach outside, where black is added.</summary>
    /// <param name="step">The numbers drawn.</param>
    /// <param name="shape">The shape that reaches the operation.</param>
    PixelBox Window(in DrawnStep step, ViewShape shape);
}

/// <summary>An operation that, standing first, reads only a part of the picture.</summary>
public interface ISelectsRegion
{
    /// <summary>The part read, in pixels of the whole picture.</summary>
    /// <param name="step">The numbers drawn.</param>
    /// <param name="shape">The whole picture's shape.</param>
    PixelBox Region(in DrawnStep step, ViewShape shape);

    /// <summary>Whether the part is resampled to the operation's output size, so that a decoder may shrink first.</summary>
    bool Resamples { get; }
}
