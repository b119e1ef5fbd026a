using System.Globalization;
using Kindred.Data.Files;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Io;

namespace Kindred.Experiments.Runs;

/// <summary>What the data of a phase were when it began, kept in <c>data/phase-N.tsv</c> of the run: a run does not go on with other data without a word.</summary>
/// <remarks>Names, labels, sizes and times count, and their order; nothing is read. Times count in whole seconds, for that is what archives keep of them. See <see cref="IData.Stamps"/>.</remarks>
sealed class DataRecord
{
    const long Second = 1_000_000_000;

    readonly string file;
    readonly Manifest now;
    readonly bool keep;

    DataRecord(string file, Manifest now, bool keep) => (this.file, this.now, this.keep) = (file, now, keep);

    /// <summary>Takes down the data of a phase that begins.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="phase">The phase's number.</param>
    /// <param name="data">Its data.</param>
    public static DataRecord Of(string run, int phase, IData data) => new(FileOf(run, phase), Look(data), keep: true);

    /// <summary>Compares the data of a phase that goes on with what it began with; touches nothing.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="phase">The phase's number.</param>
    /// <param name="data">Its data.</param>
    /// <param name="source">What the data are called in messages.</param>
    /// <param name="accept">Goes on with other data too, after a warning.</param>
    /// <param name="warn">Told what a person should know.</param>
    /// <exception cref="DataException">The data changed, or the record of them cannot be read, and that was not accepted.</exception>
    public static DataRecord Check(string run, int phase, IData data, string source, bool accept, Action<string> warn)
    {
        var file = FileOf(run, phase);
        var now = Look(data);
        if (!Path.Exists(file))
        {
            warn($"the run keeps no record of the data it began with ({file}), so that nothing can tell whether they changed; there is one from now on.");
            return new(file, now, keep: true);
        }
        try
        {
            var began = Manifest.Read(file);
            if (!accept) now.Require(began, source);
            else if (now.Digest != began.Digest) warn($"{source} is not what this run began with: {now.Since(began)}; it goes on all the same, as told.");
            return new(file, now, keep: now.Digest != began.Digest);
        }
        catch (DataException e) when (accept)
        {
            warn($"{e.Message}; the run goes on all the same, as told.");
            return new(file, now, keep: true);
        }
    }

    /// <summary>Writes the record where it is new.</summary>
    /// <exception cref="EnvironmentException">The folder cannot be written.</exception>
    public void Keep()
    {
        if (!keep) return;
        try { Directory.CreateDirectory(Path.GetDirectoryName(file)!); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(file, 0, e); }
        now.Write(file);
    }

    static string FileOf(string run, int phase) => Path.Combine(run, "data", string.Create(CultureInfo.InvariantCulture, $"phase-{phase}.tsv"));

    static Manifest Look(IData data) => Manifest.Of(data.Stamps().Select(s => (s.Name, s.Label, new FileStamp(s.Bytes, s.Modified / Second * Second))));
}
