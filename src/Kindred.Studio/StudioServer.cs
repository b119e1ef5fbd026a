using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kindred.Studio;

/// <summary>A page over runs, studies and embeddings, served by this process until it is disposed. It only reads, unless <see cref="StudioOptions.Launch"/> lets it start runs.</summary>
/// <remarks>Bodies, headers, connections and streams are bounded, and costly drawings are made one at a time on one thread, so that a training beside it is not slowed.</remarks>
public sealed class StudioServer : IAsyncDisposable
{
    const int MostConnections = 2048, MostBody = 64 << 10;

    readonly WebApplication app;
    readonly IDisposable[] parts;

    StudioServer(WebApplication app, Gate gate, IDisposable[] parts, Uri address)
    {
        (this.app, this.parts, Address) = (app, parts, address);
        LaunchPath = gate.LaunchPath;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Opened once, this path below <see cref="Address"/> lets a browser in; null where no token is asked for.</summary>
    public string? LaunchPath { get; }

    /// <summary>Begins to listen.</summary>
    /// <param name="options">What to show, and to whom.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    /// <exception cref="EnvironmentException">The address or port cannot be had.</exception>
    public static async Task<StudioServer> Start(StudioOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Kindred.Studio" });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBody;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        var (gate, catalog, work) = (new Gate(options), new Catalog(options.Folders, options.Clock), new Work());
        var (shelf, maps, sight, likeness, starter) = (new PictureShelf(options.Data), new MapStore(work), new RunSight(), new Likeness(), new Starter(options));
        app.Use(gate.Pass);
        app.Use(Reply.Errors);
        Assets.Map(app);
        gate.Map(app);
        RunsApi.Map(app, catalog, options, starter);
        StartsApi.Map(app, catalog, options, starter);
        StudiesApi.Map(app, catalog);
        EmbeddingsApi.Map(app, catalog, maps, shelf);
        new CurationApi(catalog, maps, work, likeness).Map(app);
        ViewsApi.Map(app, catalog, options, work, sight);
        try { await app.StartAsync(cancel); }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new EnvironmentException(string.Create(CultureInfo.InvariantCulture,
                $"nothing can listen on {options.Host} port {options.Port}: {e.Message} Choose another with --port, or --port 0 for any free one."), e);
        }
        var port = new Uri(app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        var shown = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any) ? Environment.MachineName : options.Address.ToString();
        if (options.Address.AddressFamily == AddressFamily.InterNetworkV6 && shown.Contains(':', StringComparison.Ordinal)) shown = $"[{shown}]";
        return new(app, gate, [starter, maps, shelf, sight, likeness, work], new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{shown}:{port}/")));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        foreach (var part in parts) part.Dispose();
    }
}
