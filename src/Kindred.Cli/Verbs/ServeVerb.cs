using System.CommandLine;
using System.Security.Cryptography;
using Kindred.Experiments.Recipes;
using Kindred.Studio;

namespace Kindred.Cli.Verbs;

/// <summary><c>kindred serve [RUNS]</c>: a local page over runs, studies and embeddings.</summary>
static class ServeVerb
{
    internal static Command Create()
    {
        var folders = new Argument<string[]>("runs") { Description = "Folders that hold runs, studies and files of embeddings; runs/ if left out.", Arity = ArgumentArity.ZeroOrMore };
        var host = new Option<string>("--host") { Description = "The address to listen on; any but this machine's own wants a token.", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The port; 0 takes any free one.", DefaultValueFactory = _ => 8474 };
        var data = new Option<string?>("--data") { Description = "Pictures for thumbnails and views, as a data URI; those that files and recipes name if left out." };
        var token = new Option<string?>("--token") { Description = "Who has it may look: a word of eight characters or more, or auto for one that is drawn." };
        var allow = new Option<bool>("--allow-runs") { Description = "Lets those who have the token start and stop runs; a token is drawn if none is given." };
        var command = new Command("serve", "Shows runs, studies and embeddings on a local page: live curves, comparisons, tables, maps.") { folders, host, port, data, token, allow };
        command.SetAction(async (r, cancel) =>
        {
            var drawn = r.GetValue(token) == "auto" || (r.GetValue(allow) && r.GetValue(token) is null) ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : null;
            string[] places = r.GetValue(folders) is { Length: > 0 } named ? named : ["runs"];
            var threads = Environment.GetEnvironmentVariable("KINDRED_THREADS");
            var options = new StudioOptions(places)
            {
                Host = r.GetValue(host)!, Port = r.GetValue(port), Token = drawn ?? r.GetValue(token), Data = r.GetValue(data),
                RecipeNames = Recipe.Names(RecipeFinder.Folder), Recipe = name => RecipeFinder.Load(name, []),
                Resolve = Resolved, Launch = r.GetValue(allow) ? words => Launched.Words(words, threads) : null,
            };
            options.Check();
            // The page's own look at a network leaves the machine to trainings; those that it starts have as many threads as they would have without it.
            if (threads is null) Environment.SetEnvironmentVariable("KINDRED_THREADS", "1");
            if (r.GetValue(folders) is { Length: > 0 } && places.FirstOrDefault(p => !Directory.Exists(p)) is { } missing)
                throw new ConfigurationException($"there is no folder {missing}. Name one that holds runs, or leave it out for runs/.");
            if (options.Data is { } uri) DataKinds.Of(uri);
            await using var server = await StudioServer.Start(options, cancel);
            Launcher.HoldSignals();
            Output.Say($"{server.Address}{server.LaunchPath} shows {string.Join(", ", places)}{(server.LaunchPath is null ? "" : " (this link opens once)")}; Ctrl+C ends it");
            if (drawn is not null) Output.Say($"the token is {drawn}");
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        });
        return command;
    }

    static Recipe Resolved(string name, IReadOnlyList<string> changes)
    {
        var recipe = RecipeFinder.Load(name, changes);
        RecipeCheck.Refuse(recipe);
        return recipe;
    }
}
