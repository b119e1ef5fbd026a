using Kindred.Data.Views;

namespace Kindred.Data.Pictures;

/// <summary>One picture that cannot be used: broken, unsupported, or larger than allowed. A loader counts these against its budget.</summary>
/// <param name="reason">What is wrong, without the picture's name.</param>
/// <param name="inner">What was caught below, if anything.</param>
public sealed class PictureException(string reason, Exception? inner = null) : KindredException(reason, 3, inner);
