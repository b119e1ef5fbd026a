using System.Formats.Tar;
using System.Text;
using Kindred.Data.Films;
using Kindred.Data.Pictures;
using Kindred.Data.Sources;
using Kindred.Encoders;
using Kindred.Experiments.Evaluation;
using Kindred.Experiments.Modalities;
using Kindred.Io;
using Kindred.Text;
using Kindred.Torch;

namespace Kindred.Tests.Films;

/// <summary>Films with captions: files, words, parts, views, and how they are looked for.</summary>
public sealed class FilmTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("films").FullName;
    readonly Scope scope = Scope.Open();

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string Make(int films = 12, string? json = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "features"));
        for (var i = 0; i < films; i++)
            Npy.Save(Path.Combine(folder, "features", $"v{i}.npy"), NamedArray.From<float>("x", [.. Enumerable.Range(0, (i + 2) * 3).Select(n => i + (n / 100f))], i + 2, 3));
        json ??= $$"""
            {"videos": [{{string.Join(",", Enumerable.Range(0, films).Select(i => $$"""{"video_id": "v{{i}}", "split": "{{(i % 4 == 3 ? "test" : "train")}}"}"""))}}],
             "sentences": [{{string.Join(",", Enumerable.Range(0, films).Select(i => $$"""{"video_id": "v{{i}}", "caption": "A dog, number {{i}}"}"""))}},
                           {"video_id": "v0", "caption": "Again v0's dog"}]}
            """;
        File.WriteAllText(Path.Combine(folder, "captions.json"), json);
        return $"video-text:{folder}";
    }

    static FilmSet Read(string uri) => FilmFiles.Open(DataUri.Parse(uri)).Part(DataUri.Parse(uri));

    static IData Open(string uri, int batch = 4, ulong seed = 0, string? assets = null) => new FilmModality().Open(new(uri, [], null, batch, seed, Assets: assets));

    [Fact]
    public void A_folder_and_an_archive_of_it_give_the_same_films()
    {
        var set = Read(Make());
        Assert.Equal((12, 3, 0), (set.Films.Count, set.Width, set.Bad.Count));
        Assert.Equal(["A dog, number 0", "Again v0's dog"], set.Films[0].Captions);
        Assert.Equal((5, 3f), (set.Films[3].Frames, set.Films[3].Values[0]));
        var archive = Path.Combine(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + ".tar");
        try
        {
            TarFile.CreateFromDirectory(folder, archive, includeBaseDirectory: true);
            var packed = FilmFiles.Open(DataUri.Parse($"video-text:{archive}"));
            Assert.Equal(set.Films.Select(f => (f.Id, f.Part, f.Values[^1], f.Captions.Count)), packed.Films.Select(f => (f.Id, f.Part, f.Values[^1], f.Captions.Count)));
        }
        finally { File.Delete(archive); }
    }

    [Theory]
    [InlineData("{\"videos\": [", "captions.json, line 1")]
    [InlineData("{\"videos\": []}", "has not the layout")]
    [InlineData("{\"videos\": [{\"video_id\": \"../x\"}], \"sentences\": []}", "'../x' is no name of a film")]
    [InlineData("{\"videos\": [{\"video_id\": \"v0\"}, {\"video_id\": \"v0\"}], \"sentences\": []}", "stands there twice")]
    [InlineData("{\"videos\": [{\"video_id\": \"gone\"}], \"sentences\": [{\"video_id\": \"gone\", \"caption\": \"a\"}]}", "no film has both a caption and a file")]
    public void A_file_of_captions_that_is_wrong_is_said_to_be(string json, string message)
    {
        var uri = Make(json: json);
        var error = Assert.Throws<DataException>(() => Read(uri));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captions_without_a_film_and_films_without_a_caption_are_counted_and_listed()
    {
        var uri = Make(json: """
            {"videos": [{"video_id": "v0"}, {"video_id": "v1"}, {"video_id": "gone"}],
             "sentences": [{"video_id": "v0", "caption": "a dog"}, {"video_id": "gone", "caption": "a cat"}, {"video_id": "other", "caption": "a cow"}]}
            """);
        var report = new FilmModality().Audit(uri, Look.Scan);
        Assert.Equal(["other", "v1", "gone"], report.Bad.Select(b => b.Name));
        Assert.Equal((4, 1), (report.Samples, report.Formats["captions"]));
    }

    [Fact]
    public void Features_that_are_cut_of_another_width_or_no_numbers_are_said_to_be()
    {
        var uri = Make();
        var file = Path.Combine(folder, "features", "v5.npy");
        var whole = File.ReadAllBytes(file);
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(file, whole[..length]);
            Assert.Contains("v5.npy", Assert.Throws<DataException>(() => Read(uri)).Message, StringComparison.Ordinal);
        }
        Npy.Save(file, NamedArray.From<float>("x", [1, 2, 3, 4], 1, 4));
        Assert.Contains("'v5' has frames of 4 numbers", Assert.Throws<DataException>(() => Read(uri)).Message, StringComparison.Ordinal);
        Npy.Save(file, NamedArray.From<float>("x", [1, float.NaN, 3], 1, 3));
        Assert.Contains("not a finite number", Assert.Throws<DataException>(() => Read(uri)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strips_of_frames_beside_a_table_are_read_as_small_pictures()
    {
        Directory.CreateDirectory(Path.Combine(folder, "clips"));
        var strip = new Picture(32 * 3, 32, 3);
        for (var y = 0; y < 32; y++)
            for (var x = 0; x < 32 * 3 * 3; x++) strip.Row(y)[x] = (byte)(x / (32 * 3) * 100);
        File.WriteAllBytes(Path.Combine(folder, "clips", "a.jpg"), JpegWriter.Encode(strip, 95));
        File.WriteAllText(Path.Combine(folder, "captions.tsv"), "id\tsplit\tlabel\tkeywords\na\ttrain\tgrey steps\tgrey | stairs\n");
        var film = Read($"video-text:{folder}?size=4&text=label,keywords").Films.Single();
        Assert.Equal((3, 48, 2), (film.Frames, film.Width, film.Captions.Count));
        Assert.Equal([-1f, -0.21f, 0.57f], new[] { 0, 1, 2 }.Select(f => film.Frame(f)[20]), (a, b) => Math.Abs(a - b) < 0.03);
        File.AppendAllText(Path.Combine(folder, "captions.tsv"), "b\ttrain\n");
        Assert.Contains("line 3: 2 columns", Assert.Throws<DataException>(() => Read($"video-text:{folder}")).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => Read($"video-text:{folder}?text=labels"));
    }

    [Fact]
    public void Pictures_in_a_folder_are_frames_in_the_order_of_their_numbers()
    {
        var frames = Directory.CreateDirectory(Path.Combine(folder, "frames", "a")).FullName;
        for (var i = 1; i <= 12; i++)
        {
            var picture = new Picture(20, 16, 3);
            picture.Span.Fill((byte)(i * 20));
            PngWriter.Write(Path.Combine(frames, $"frame-{i}.png"), picture);
        }
        File.WriteAllText(Path.Combine(frames, "notes.txt"), "no frame");
        File.WriteAllText(Path.Combine(folder, "captions.tsv"), "id\tsplit\ttext\na\ttrain\tlighter and lighter\n");
        var film = Read($"video-text:{folder}?size=4").Films.Single();
        Assert.Equal((12, 48), (film.Frames, film.Width));
        Assert.Equal(Enumerable.Range(1, 12).Select(i => (i * 20 / 127.5f) - 1), Enumerable.Range(0, 12).Select(f => film.Frame(f)[7]), (a, b) => Math.Abs(a - b) < 1e-5);
        // Three, from the middle of each third: 3, 7 and 11.
        var few = Read($"video-text:{folder}?size=4&frames=3").Films.Single();
        Assert.Equal([3f, 7, 11], Enumerable.Range(0, 3).Select(f => (few.Frame(f)[0] + 1) * 127.5f / 20), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Contains("fewer than size=17", Assert.Throws<DataException>(() => Read($"video-text:{folder}?size=17")).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(frames, "frame-5.png"), "broken");
        Assert.Contains("frames/a/frame-5.png", Assert.Throws<DataException>(() => Read($"video-text:{folder}?size=4")).Message, StringComparison.Ordinal);
    }

    // A stand-in that writes down what it was called with.
    FilmSet Decoded(string script, string keys)
    {
        var bin = Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName;
        var program = Path.Combine(bin, "ffmpeg");
        File.WriteAllText(program, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > \"{bin}/called\"\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(folder, "videos"));
        File.WriteAllText(Path.Combine(folder, "videos", "a $(b).mp4"), "");
        File.WriteAllText(Path.Combine(folder, "captions.tsv"), "id\ttext\na $(b)\tsomething moves\n");
        var before = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{bin}:{before}");
        try { return Read($"video-text:{folder}{keys}"); }
        finally { Environment.SetEnvironmentVariable("PATH", before); }
    }

    [Fact]
    public void A_video_is_decoded_by_ffmpeg_called_with_a_list_of_arguments()
    {
        if (OperatingSystem.IsWindows()) return;
        var film = Decoded("head -c 96 /dev/zero | tr '\\0' '\\377'", "?size=4&fps=2&frames=5").Films.Single();
        Assert.Equal((2, 48, 1f), (film.Frames, film.Width, film.Values[^1]));
        var called = File.ReadAllLines(Path.Combine(folder, "bin", "called"));
        Assert.Contains($"file:{Path.Combine(folder, "videos", "a $(b).mp4")}", called);
        Assert.Contains("fps=2,scale=4:4:flags=area", called);
        Assert.Equal("5", called[Array.IndexOf(called, "-frames:v") + 1]);
        // No more is read than was asked for, however much comes.
        Assert.Equal(5, Decoded("head -c 100000000 /dev/zero", "?size=4&frames=5").Films.Single().Frames);
    }

    [Theory]
    [InlineData("echo 'moov atom not found' >&2; exit 1", "ffmpeg cannot decode it (exit code 1): moov atom not found")]
    [InlineData("exit 0", "ffmpeg gave 0 bytes")]
    [InlineData("head -c 50 /dev/zero", "ffmpeg gave 50 bytes, and a frame has 48")]
    public void A_video_that_cannot_be_decoded_is_named(string script, string said)
    {
        if (OperatingSystem.IsWindows()) return;
        var error = Assert.Throws<DataException>(() => Decoded(script, "?size=4"));
        Assert.Contains("a $(b).mp4", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Captions_that_are_no_UTF_8_are_named_with_their_line()
    {
        File.WriteAllBytes(Path.Combine(folder, "captions.tsv"), [.. "id\ttext\na\tcaf"u8, 0xE9, (byte)'\n']);
        Assert.Contains("captions.tsv, line 2: byte 6 of the line is no UTF-8", Assert.Throws<DataException>(() => Read($"video-text:{folder}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_are_those_of_the_training_films_and_a_run_keeps_them()
    {
        var table = WordTable.Of(["The cat's cat, the 'cat'!", "cat the dog"]);
        Assert.Equal(["cat", "the", "cat's", "dog"], Enumerable.Range(4, 4).Select(table.Word));
        var row = new long[6];
        table.Write("A dog -- the DOG", row);
        Assert.Equal([WordTable.Unknown, 7, 5, 7, WordTable.End, WordTable.Nothing], row);
        table.Write("cat cat cat cat cat cat cat", row);
        Assert.Equal([4, 4, 4, 4, 4, WordTable.End], row);

        var uri = Make();
        using var train = Open($"{uri}?split=train");
        using var test = Open($"{uri}?split=test", batch: 3);
        Assert.Equal(train.Inputs["text.vocabulary"], test.Inputs["text.vocabulary"]);
        var assets = Directory.CreateDirectory(Path.Combine(folder, "kept")).FullName;
        new FilmModality().Keep(train, assets);
        Directory.Delete(Path.Combine(folder, "features"), recursive: true);
        Make(json: """{"videos": [{"video_id": "v0"}], "sentences": [{"video_id": "v0", "caption": "Another number"}]}""");
        using var other = Open(uri, batch: 1, assets: assets);
        Assert.Equal(train.Inputs["text.vocabulary"], other.Inputs["text.vocabulary"]);
        File.WriteAllText(Path.Combine(assets, WordTable.FileName), "one\none\n");
        Assert.Contains("line 2", Assert.Throws<DataException>(() => Open(uri, batch: 1, assets: assets)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_share_nothing_and_a_repeat_draws_them_anew()
    {
        var uri = Make();
        string[] Names(string query) => [.. Read($"{uri}?{query}").Films.Select(f => f.Id)];
        foreach (var repeat in new[] { 0, 1, 2 })
        {
            var (train, test) = (Names($"split=train&repeat={repeat}"), Names($"split=test&repeat={repeat}"));
            Assert.Equal((9, 3, 12), (train.Length, test.Length, train.Union(test).Count()));
        }
        Assert.NotEqual(Names("split=test"), Names("split=test&repeat=1"));
        Assert.NotEqual(Names("split=test&repeat=2"), Names("split=test&repeat=1"));
        Assert.Equal(Names("split=train").Order(), Names("split=train&hold=0.3").Concat(Names("split=train&held=0.3")).Order());
        Assert.Equal(5, Names("n=5").Length);
        foreach (var wrong in new[] { "split=tset", "hold=2", "repeat=-1", "n=0" }) Assert.Throws<ConfigurationException>(() => Names(wrong));
        Assert.Throws<ConfigurationException>(() => Open($"{uri}?spilt=train"));
        using var first = Open($"{uri}?split=test&repeat=seed", batch: 3, seed: 0);
        Assert.Equal(Names("split=test&repeat=1"), first.Stamps().Select(s => s.Name));
    }

    [Fact]
    public void Frames_are_drawn_within_equal_stretches_and_captions_among_a_film_s_own()
    {
        using var data = Open($"{Make()}?shown=4&words=6");
        var plain = data.Plain(12).Single().Tensors();
        Assert.Equal([12, 4, 3], plain.View("video").X.Shape);
        Assert.Equal([12, 6], plain.View("text").X.Shape);
        // Film 11 has 13 frames of three numbers, counted up; the middles of four stretches.
        Assert.Equal([1, 4, 8, 11], plain.View("video").X.Select(0, 11).Select(1, 0).ToArray<float>().Select(v => (int)Math.Round((v - 11) * 100 / 3)));
        var texts = new HashSet<string>();
        for (var epoch = 0; epoch < 12; epoch++)
        {
            var batch = data.Batches(epoch, 0, new([[0, 11]]), default).Single().Tensors();
            texts.Add(string.Join(' ', batch.View("text").X.Select(0, 0).ToArray<long>()));
            int[] frames = [.. batch.View("video").X.Select(0, 1).Select(1, 0).ToArray<float>().Select(v => (int)Math.Round((v - 11) * 100 / 3))];
            for (var f = 0; f < 4; f++) Assert.InRange(frames[f], f * 13 / 4, ((f + 1) * 13 / 4));
        }
        Assert.Equal(2, texts.Count);
    }

    [Fact]
    public void Captions_carry_the_vectors_of_a_frozen_encoder_of_sentences()
    {
        Assert.Contains("sentences=mpnet", Assert.Throws<ConfigurationException>(() => Open($"{Make()}?sentences=mpnet")).Message, StringComparison.Ordinal);
        Assert.SkipUnless(Directory.Exists(Path.Combine(SampleCache.Folder, "minilm-24.9.52193")), "MiniLM has not been fetched on this machine");
        using var data = Open($"{Make()}?sentences=minilm");
        Assert.Equal(384, data.Inputs["text.sentence"]);
        var view = Assert.IsType<CaptionView>(data.Plain(12).Single().Tensors().View("text"));
        Assert.Equal([12, 384], view.Sentence.Shape);
        Assert.All(view.Sentence.Square().Sum(1).ToArray<float>(), length => Assert.Equal(1, length, 1e-5));
        // Captions that differ by a number are alike, and one of another wording is less so.
        var all = Tensor.Cat([.. ((ICaptioned)data).Captions(5).Select(b => ((CaptionView)b.Views[0]).Sentence)]);
        Assert.Equal([13, 384], all.Shape);
        var alike = all.Matmul(all.T());
        Assert.True(alike.Select(0, 0).Select(0, 2).ToArray<float>()[0] > alike.Select(0, 0).Select(0, 1).ToArray<float>()[0]);
        Assert.Equal(view.Sentence.Select(0, 3).ToArray<float>(), View.Cat(view, view).Rows(Tensor.From<long>([15])).To(Device.Cpu).Part(0, 1) is CaptionView row ? row.Sentence.ToArray<float>() : []);
        var ridge = new CaptionRidge(data, Device.Cpu);
        Assert.Equal(384, ridge.Features(view).Size(1));
    }

    [Fact]
    public void An_encoder_of_sentences_says_where_vectors_come_from()
    {
        var error = Assert.Throws<ConfigurationException>(() => new SentenceEncoder(new()).Forward(new View(Tensor.From<long>([4, 5, 3], [1, 3]), "text")));
        Assert.Contains("?sentences=minilm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strokes_are_added_frame_by_frame_where_they_belong()
    {
        var drawn = StrokeFilms.Draw([[[100, 500], [900, 500]], [[500, 800], [500, 0]]], 16);
        float At(int frame, int x, int y) => drawn[(frame * 256) + (y * 16) + x];
        Assert.True(At(0, 8, 6) > 0.4 && At(0, 7, 2) == 0 && At(1, 7, 2) > 0.4 && At(1, 2, 6) == At(0, 2, 6));
        Assert.All(drawn, v => Assert.InRange(v, 0, 1));
    }

    [Fact]
    public void Definitions_lose_names_references_and_asides()
    {
        var found = StrokeFilms.Meanings(
            ["# CC-CEDICT", "火 火 [Huo3] /surname Huo/",
             "火 火 [huo3] /fire/urgent (of business)/CL:個|个[ge4]/Kangxi radical 86/to see 火車|火车[huo3 che1]/", "火車 火车 [huo3 che1] /train/", "兀 兀 [wu4] /surname Wu/"]);
        Assert.Equal([("火", "fire urgent to see")], found.Select(f => (f.Key, f.Value)));
    }

    [Fact]
    public void Retrieval_counts_both_ways_and_takes_the_best_of_several_captions()
    {
        var films = Tensor.From<float>([1, 0, 0, 1, 0.6f, 0.8f], [3, 2]);
        var captions = Tensor.From<float>([1, 0, 0, 1, 1, 0, 0.6f, 0.8f], [4, 2]);
        var found = CaptionRetrieval.Measure(films, captions, [0, 1, 1, 2]);              // the third caption is said of the wrong film
        Assert.Equal((75.0, 100.0, 1.0), (found["film_r1"], found["film_r5"], found["film_median"]));
        Assert.Equal((100.0, 1.0), (Math.Round(found["caption_r5"], 6), found["caption_median"]));
    }

    [Fact]
    public void The_ridge_finds_films_whose_frames_say_what_is_said_of_them()
    {
        string[] words = ["red", "green", "blue", "white", "black"];
        Directory.CreateDirectory(Path.Combine(folder, "features"));
        for (var i = 0; i < 60; i++)
        {
            float[] frames = [.. Enumerable.Range(0, 15).Select(n => n % 5 == i % 5 || n % 5 == i / 5 % 5 ? 1f + (i * n % 7 * 0.01f) : 0)];
            Npy.Save(Path.Combine(folder, "features", $"v{i}.npy"), NamedArray.From<float>("x", frames, 3, 5));
        }
        var rows = Enumerable.Range(0, 60).Select(i => $"v{i}\t{(i < 50 ? "train" : "test")}\t{words[i % 5]} and {words[i / 5 % 5]}\n");
        File.WriteAllText(Path.Combine(folder, "captions.tsv"), "id\tsplit\tcaption\n" + string.Concat(rows));
        using var train = Open($"video-text:{folder}?split=train");
        using var test = Open($"video-text:{folder}?split=test");
        var ridge = new CaptionRidge(train, Device.Cpu);
        var batch = test.Plain(10).Single().Tensors();
        var found = CaptionRetrieval.Measure(ridge.Features(batch.View("video")).Normalize(), ridge.Features(batch.View("text")).Normalize(), [.. Enumerable.Range(0, 10).Select(i => (long)i)]);
        Assert.True(found["film_r1"] >= 90, $"R@1 {found["film_r1"]}");
    }
}
