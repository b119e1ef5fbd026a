using System.Diagnostics;
using System.Net;
using Kindred.Experiments.Recipes;

namespace Kindred.Studio;

/// <summary>What a page shows, and to whom.</summary>
/// <param name="Folders">Looked through for runs, studies and files of embeddings; none has to exist yet.</param>
public sealed record StudioOptions(IReadOnlyList<string> Folders)
{
    /// <summary>The fewest characters of a token.</summary>
    public const int LeastToken = 8;

    /// <summary>An address of this machine, <c>localhost</c>, or <c>*</c> for all addresses.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8474;

    /// <summary>Who has it may look; null where only this machine can ask.</summary>
    public string? Token { get; init; }

    /// <summary>Pictures that thumbnails and views come from, as a data URI; null for those that a file or recipe names.</summary>
    public string? Data { get; init; }

    /// <summary>Recipes whose views can be drawn, by name.</summary>
    public IReadOnlyList<string> RecipeNames { get; init; } = [];

    /// <summary>Finds one of <see cref="RecipeNames"/>.</summary>
    public Func<string, Recipe>? Recipe { get; init; }

    /// <summary>One of <see cref="RecipeNames"/> with changes of the form <c>key=value</c>, refused where it cannot be trained; needed by <see cref="Launch"/>.</summary>
    public Func<string, IReadOnlyList<string>, Recipe>? Resolve { get; init; }

    /// <summary>Makes the process of the command with some words, such as <c>train simclr --out …</c>: it has to save and end when its standard input does. With it runs
    /// can be started and stopped from the page; null for a page that only reads.</summary>
    public Func<IReadOnlyList<string>, ProcessStartInfo>? Launch { get; init; }

    /// <summary>Tells the time; heartbeats are measured against it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The address that <see cref="Host"/> means.</summary>
    internal IPAddress Address => Host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(Host.Trim('[', ']'), out var address) ? address
            : throw new ConfigurationException($"--host {Host}: an address of this machine was expected, such as 127.0.0.1 or 0.0.0.0, or localhost, or * for all."),
    };

    /// <summary>Whether only this machine can ask.</summary>
    internal bool Local => IPAddress.IsLoopback(Address);

    /// <summary>Refuses what cannot be served, or should not.</summary>
    /// <exception cref="ConfigurationException">A port, an address or a token that is none, or no token where others can ask.</exception>
    public void Check()
    {
        if (Port is < 0 or > 65535) throw new ConfigurationException($"--port {Port}: a number from 0 to 65535 was expected.");
        if (Token is { Length: < LeastToken }) throw new ConfigurationException($"--token has {Token.Length} characters; give at least {LeastToken}, or --token auto for one that is drawn.");
        if (Launch is not null && Token is null)
            throw new ConfigurationException("--allow-runs starts processes as you, also for other users of this machine who can reach the page: give a token, --token auto or one of your own.");
        if (Launch is not null && (Resolve is null || Folders.Count == 0)) throw new ConfigurationException("--allow-runs needs a folder for the runs and recipes to start.");
        if (!Local && Token is null)
            throw new ConfigurationException($"--host {Host} lets other machines ask: give a token too, --token auto or one of your own, or leave --host out and come through an SSH tunnel.");
    }
}
