using System.Buffers.Binary;
using Kindred.Data.Audio;
using Kindred.Experiments.Modalities;
using Kindred.Experiments.Recipes;
using Kindred.Torch;

namespace Kindred.Tests.Modalities;

public sealed class AudioDataTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-audio-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static byte[] Wav(short[] samples, int rate = 8000, short channels = 1)
    {
        var bytes = new byte[44 + (2 * samples.Length)];
        "RIFF"u8.CopyTo(bytes);
        "WAVEfmt "u8.CopyTo(bytes.AsSpan(8));
        var at = bytes.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(at[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(at[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(at[22..], channels);
        BinaryPrimitives.WriteInt32LittleEndian(at[24..], rate);
        BinaryPrimitives.WriteInt16LittleEndian(at[34..], 16);
        "data"u8.CopyTo(bytes.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], 2 * samples.Length);
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(at[(44 + (2 * i))..], samples[i]);
        return bytes;
    }

    void Digits()
    {
        foreach (var digit in new[] { 3, 7 })
            foreach (var speaker in new[] { "ann", "bob" })
                for (var i = 0; i < 7; i++)
                    File.WriteAllBytes(Path.Combine(folder, $"{digit}_{speaker}_{i}.wav"), Wav([.. Enumerable.Range(0, 2000 + (100 * i)).Select(k => (short)(k * 7 % 3000))]));
    }

    [Fact]
    public void Channels_are_averaged_and_broken_files_named()
    {
        var (samples, rate) = WavFile.Parse(Wav([16384, 0, -32768, 0], channels: 2), "x");
        Assert.Equal([0.25f, -0.5f], samples);
        Assert.Equal(8000, rate);
        Assert.Contains("no WAVE file", Assert.Throws<DataException>(() => WavFile.Parse("hello"u8, "x")).Message, StringComparison.Ordinal);
        Assert.Contains("cut off", Assert.Throws<DataException>(() => WavFile.Parse(Wav([1, 2]).AsSpan(0, 36), "x")).Message, StringComparison.Ordinal);
        for (var cut = 0; cut < 48; cut++)
            try { WavFile.Parse(Wav([1, 2]).AsSpan(0, cut), "x"); }
            catch (DataException) { } // and nothing else
    }

    [Fact]
    public void Spoken_digits_have_their_official_split_and_two_labels()
    {
        Digits();
        Assert.Equal(20, Recordings.Open(folder, "test").Count);
        var train = Recordings.Open(folder, "train", "speaker");
        Assert.Equal(8, train.Count);
        Assert.Equal(["ann", "bob"], train.Classes);
        Assert.Equal(["3", "7"], Recordings.Open(folder).Classes);
        Assert.Throws<DataException>(() => Recordings.Open(folder, "validation"));
    }

    [Fact]
    public void Windows_are_the_same_for_the_same_seed_and_epoch_and_short_sound_is_filled_up()
    {
        Digits();
        using var scope = Scope.Open();
        float[] First(int epoch, int skip, int window)
        {
            using var data = AudioData.Open($"audio:{folder}?window={window}", batch: 8, seed: 1);
            return data.Batches(epoch, skip, null, default).First().Tensors().Views[0].X.ToArray<float>();
        }
        Assert.Equal(First(0, 1, 500), First(0, 1, 500));
        Assert.NotEqual(First(0, 1, 500), First(1, 1, 500));
        Assert.NotEqual(First(0, 1, 500), First(0, 0, 500));
        Assert.Equal(0, First(0, 0, 4096)[4095]);
        Assert.Equal(8 * 4096, First(0, 0, 4096).Length);
    }

    [Fact]
    public void CPC_trains_on_sound_from_a_recipe()
    {
        Digits();
        var recipe = Recipe.Parse($"{{ method: cpc, data: 'audio:{folder}?window=1600', options: {{ steps: 2, context: 8 }}, encoder: {{ name: wave, "
            + $"width: 8 }}, train: {{ epochs: 2, batch: 8, optimizer: {{ name: adam }} }} }}", "cpc", binder: Parts.Binder);
        using var experiment = Experiment.Build(recipe.First);
        var result = experiment.Trainer().Fit();
        Assert.Equal(6, result.At.Step);
        Assert.InRange(result.Loss, 0.1, 3 * Math.Log(8));
    }

    [Fact]
    public void A_tar_archive_is_as_good_as_its_folder_and_a_window_may_be_in_seconds()
    {
        Digits();
        var archive = Path.Combine(folder, "..", $"{Path.GetFileName(folder)}.tar");
        System.Formats.Tar.TarFile.CreateFromDirectory(folder, archive, includeBaseDirectory: true);
        try
        {
            using var inside = AudioData.Open($"audio:{archive}?split=test&label=speaker&window=0.5s", 4, 0);
            using var outside = AudioData.Open($"audio:{folder}?split=test&label=speaker&window=4000", 4, 0);
            Assert.Equal(20, inside.Count);
            Assert.Equal(["ann", "bob"], inside.Classes);
            Assert.Equal(outside.Labels, inside.Labels);
            using var scope = Scope.Open();
            var (a, b) = (inside.Plain(20).Single().Tensors().Views[0].X, outside.Plain(20).Single().Tensors().Views[0].X);
            Assert.Equal([20, 4000], a.Shape);
            Assert.Equal(0, (a - b).Abs().Max().Item());
            Assert.Contains("window=s", Assert.Throws<ConfigurationException>(() => AudioData.Open($"audio:{archive}?window=s", 4, 0)).Message, StringComparison.Ordinal);
        }
        finally { File.Delete(archive); }
    }
}
