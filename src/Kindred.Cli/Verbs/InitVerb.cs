using System.CommandLine;
using Kindred.Experiments.Recipes;
using Kindred.Io;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred init [DIR] [--data URI]</c>: a first recipe for one's own data.</summary>
static class InitVerb
{
    static readonly string[] pictures = [".jpg", ".jpeg", ".png", ".webp"];

    internal static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where the files go; this folder if left out.", DefaultValueFactory = _ => "." };
        var data = new Option<string?>("--data") { Description = "A data URI such as folder:PATH; what lies in the folder if left out, else the built-in sample." };
        var method = new Option<string?>("--method") { Description = "The method; what suits the data if left out." };
        var json = Output.JsonOption();
        var command = new Command("init", "Looks at your data and writes a recipe with comments, and a study beside it. Nothing is overwritten.") { folder, data, method, json };
        method.CompletionSources.Add(_ => Catalogues.Methods.Names);
        command.SetAction((r, cancel) => Task.FromResult(Run(r.GetValue(folder)!, r.GetValue(data), r.GetValue(method), r.GetValue(json), cancel)));
        return command;
    }

    static int Run(string folder, string? data, string? method, bool json, CancellationToken cancel)
    {
        string[] files = [Path.Combine(folder, "recipe.yaml"), Path.Combine(folder, "study.yaml")];
        if (File.Exists(folder)) throw new ConfigurationException($"'{folder}' is a file; name a folder for the recipe.");
        if (files.FirstOrDefault(Path.Exists) is { } taken) throw new ConfigurationException($"{taken} is there already, and nothing is overwritten; name another folder: kindred init OTHER.");
        var uri = data ?? Found(folder);
        var draft = RecipeDraft.For(uri, method, cancel);
        Directory.CreateDirectory(folder);
        foreach (var (file, text) in files.Zip([draft.Yaml, draft.Study])) Write(file, text);
        RecipeCheck.Refuse(RecipeFinder.Load(files[0], []));
        if (json) Output.Json(new { Recipe = files[0], Study = files[1], Data = uri, draft.Seen, draft.Warnings });
        Output.Say($"{uri}: {draft.Seen}.");
        foreach (var warning in draft.Warnings) Output.Warn(warning);
        Output.Say($"{files[0]} and {files[1]} are written. Next:\n  kindred train {Quoted(files[0])} --estimate          how long it takes\n  kindred train "
            + $"{Quoted(files[0])} --out {Quoted(Path.Combine(folder, "run"))}");
        return 0;
    }

    static void Write(string file, string text)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw StorageFailure.Explain(file, text.Length, e); }
    }

    static string Found(string folder)
    {
        if (!Directory.Exists(folder)) return "emoji";
        var look = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        var endings = Directory.EnumerateFiles(folder, "*", look).Take(10_000).Select(f => Path.GetExtension(f).ToLowerInvariant()).ToHashSet();
        return pictures.Any(endings.Contains) ? $"folder:{folder}" : endings.Contains(".wav") ? $"audio:{folder}" : "emoji";
    }

    static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
}
