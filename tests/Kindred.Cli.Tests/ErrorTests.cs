using System.Text.Json;

namespace Kindred.Cli.Tests;

/// <summary>A user's mistake, end to end: one paragraph that says what to do, the right exit code, no stack trace.</summary>
public sealed class ErrorTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("kindred-errors-").FullName;

    [Fact]
    public void A_missing_folder_of_pictures_is_an_error_in_the_data()
    {
        var errors = Refused(3, ["train", "simclr", "--data", "folder:/no/such/pictures", "--out", Out]);
        Assert.Contains("/no/such/pictures", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_method_is_answered_with_the_nearest_one() =>
        Assert.Contains("did you mean 'simclr'?", Refused(2, ["train", "simclrr", "--out", Out]), StringComparison.Ordinal);

    [Theory]
    [InlineData("options.temprature=0.5", "did you mean 'temperature'?")]
    [InlineData("train.epoch=3", "did you mean 'epochs'?")]
    public void A_misspelt_key_is_answered_with_the_nearest_one(string change, string suggestion) =>
        Assert.Contains(suggestion, Refused(2, ["train", "simclr", change, "--data", Pictures(), "--out", Out]), StringComparison.Ordinal);

    [Fact]
    public void A_change_without_an_equals_sign_is_answered_with_the_form()
    {
        var errors = Refused(2, ["train", "simclr", "epochs", "--out", Out]);
        Assert.Contains("'epochs'", errors, StringComparison.Ordinal);
        Assert.Contains("key=value", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_verb_is_answered_with_the_nearest_one() =>
        Assert.Contains("did you mean 'train'?", Refused(2, ["trian"]), StringComparison.Ordinal);

    [Fact]
    public void Without_libtorch_the_command_that_installs_it_is_shown()
    {
        var errors = Refused(4, ["doctor"], ("KINDRED_LIBTORCH", "/nowhere"));
        Assert.Contains("/nowhere", errors, StringComparison.Ordinal);
        Assert.Contains("apt-get install", errors, StringComparison.Ordinal);
    }

    // Below /proc nobody can make a folder, not even root.
    [Fact]
    public void A_run_folder_that_cannot_be_written_is_an_error_of_the_machine() =>
        Assert.Contains("/proc/kindred-run", Refused(4, ["train", "simclr", "--data", Pictures(), "--max-steps", "1", "--out", "/proc/kindred-run"]), StringComparison.Ordinal);

    [Fact]
    public void The_lists_and_the_doctor_speak_JSON()
    {
        var methods = JsonDocument.Parse(Succeeds("list", "methods", "--json")).RootElement.EnumerateArray().ToList();
        Assert.Contains(methods, m => m.GetProperty("name").GetString() == "simclr");
        string[] fields = ["name", "title", "family", "modality", "paper", "objective", "recipe"];
        Assert.All(methods, m => Assert.Equal(fields, m.EnumerateObject().Select(p => p.Name)));

        var doctor = JsonDocument.Parse(Succeeds("doctor", "--json")).RootElement;
        Assert.NotEmpty(doctor.GetProperty("libtorch").GetProperty("version").GetString()!);
        Assert.True(doctor.GetProperty("threads").GetInt32() > 0);
    }

    [Theory]
    [InlineData("encoders", "resnet50", "depth", "50", "10, 18, 34, 50, 101, 152")]
    [InlineData("optimizers", "adamw", "beta1", "0.9", "at least 0 and less than 1")]
    [InlineData("schedules", "steps", "factor", "0.1", "at least 0 and at most 1000")]
    [InlineData("augmentations", "flip", "p", "0.5", "at least 0 and at most 1")]
    [InlineData("evaluations", "knn", "k", "200", "at least 1 and at most 1048576")]
    public void A_list_of_parts_has_their_options_with_defaults_and_ranges(string kind, string part, string option, string value, string accepts)
    {
        foreach (var command in new[] { new[] { "list", kind, "--json" }, ["show", part, "--json"] })
        {
            var parts = JsonDocument.Parse(Succeeds(command)).RootElement.EnumerateArray();
            var found = parts.Single(p => p.GetProperty("name").GetString() == part).GetProperty("options").EnumerateArray().Single(o => o.GetProperty("name").GetString() == option);
            Assert.Equal((value, accepts), (found.GetProperty("default").GetString(), found.GetProperty("accepts").GetString()));
        }
    }

    [Fact]
    public void A_number_out_of_range_is_refused_before_a_run_folder_is_made()
    {
        Assert.Contains("encoder.width: '0' is out of range; it takes at least 1 and at most 4096", Refused(2, ["train", "simclr", "encoder.width=0", "--out", Out]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void A_batch_that_split_batch_norm_cannot_divide_is_said_in_the_recipes_words() =>
        Assert.Contains("make train.batch a multiple of 8", Refused(2, ["train", "moco-v2.small", "train.batch=20", "--max-steps", "2", "--out", Out]), StringComparison.Ordinal);

    string Out => Path.Combine(folder, "run");

    // A folder that holds one file which need not be a picture: these runs end before any is decoded.
    string Pictures()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "pictures", "cat")).FullName;
        File.WriteAllBytes(Path.Combine(place, "0.png"), [0x89, 0x50, 0x4E, 0x47]);
        return "folder:" + Path.Combine(folder, "pictures");
    }

    static string Refused(int code, string[] words, params (string Name, string Value)[] environment)
    {
        var (actual, _, errors) = Run(words, environment);
        Assert.True(code == actual, $"exit code {actual} where {code} was expected; it said: {errors}");
        Assert.StartsWith("kindred: ", errors.TrimStart(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return errors;
    }

    static string Succeeds(params string[] words)
    {
        var (code, output, errors) = Run(words);
        Assert.True(code == 0, $"exit code {code}; it said: {errors}");
        return output;
    }

    static (int Code, string Output, string Errors) Run(string[] words, params (string Name, string Value)[] environment)
    {
        var start = Cli.Start(words);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Cli.Run(start);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
