
namespace Kindred;

/// <summary>A mistake that a person can mend: the message says what came, what was expected and what to do.</summary>
/// <param name="message">One paragraph for people.</param>
/// <param name="exitCode">The exit code of a program that stops for it.</param>
/// <param name="inner">What was caught below, if anything.</param>
public abstract class KindredException(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The exit code of a program that stops for this: 2 configuration, 3 data, 4 environment, 5 numeric.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>A wrong option, recipe or command line (exit code 2).</summary>
/// <param name="message">One paragraph for people.</param>
/// <param name="inner">What was caught below, if anything.</param>
public sealed class ConfigurationException(string message, Exception? inner = null) : KindredException(message, 2, inner);

/// <summary>Data that is missing, broken or not what it claims to be (exit code 3).</summary>
/// <param name="message">One paragraph for people.</param>
/// <param name="inner">What was caught below, if anything.</param>
public sealed class DataException(string message, Exception? inner = null) : KindredException(message, 3, inner);

/// <summary>A machine that lacks something: libtorch, a device, a writable folder (exit code 4).</summary>
/// <param name="message">One paragraph for people.</param>
/// <param name="inner">What was caught below, if anything.</param>
public sealed class EnvironmentException(string message, Exception? inner = null) : KindredException(message, 4, inner);

/// <summary>Numbers that stopped making sense: NaN, infinity, collapse (exit code 5).</summary>
/// <param name="message">One paragraph for people.</param>
/// <param name="inner">What was caught below, if anything.</param>
public sealed class NumericException(string message, Exception? inner = null) : KindredException(message, 5, inner);
