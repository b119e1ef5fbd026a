using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>Who may ask: the right host and origin, and with a token those who have it. Every answer carries the page's policy.</summary>
/// <remarks>
/// A name that is not this machine's is refused, or another site could have its name resolved to this machine and read along (DNS rebinding). An address cannot be
/// rebound, so where others may ask, addresses pass.
/// </remarks>
sealed class Gate
{
    /// <summary>The page may load only what this server sends, and no script stands inside it.</summary>
    internal const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    const string Cookie = "kindred-studio", Launch = "/launch", Session = "/api/session";
    const int MostSessions = 256;

    // What a browser without a token needs to ask for one.
    static readonly string[] open = ["/login.js", "/style.css", "/icon.svg"];

    readonly StudioOptions options;
    readonly ConcurrentDictionary<string, byte> sessions = new();
    string? launch;

    internal Gate(StudioOptions options)
    {
        this.options = options;
        if (options.Token is null) return;
        launch = Random();
        LaunchPath = $"launch?key={launch}";
    }

    /// <summary>Opened once, it lets a browser in.</summary>
    internal string? LaunchPath { get; }

    internal async Task Pass(HttpContext context, RequestDelegate next)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (!Known(request.Host.Host) || !Own(request))
        {
            await Reply.Refuse(response, StatusCodes.Status403Forbidden, "This page answers to this machine's own name and to its own pages only.");
            return;
        }
        if (options.Token is null || open.Contains(request.Path.Value) || request.Path == Launch || request.Path == Session || Holds(request))
        {
            await next(context);
            return;
        }
        response.StatusCode = StatusCodes.Status401Unauthorized;
        if (request.Path == "/") await Assets.Send(response, "login.html");
        else await Reply.Refuse(response, StatusCodes.Status401Unauthorized, "Open the link that `kindred serve` printed, or give its token.");
    }

    internal void Map(WebApplication app)
    {
        if (options.Token is null) return;
        app.MapGet(Launch, (HttpContext context) =>
        {
            var key = context.Request.Query["key"].ToString();
            var kept = launch;
            if (kept is null || !Same(key, kept) || Interlocked.CompareExchange(ref launch, null, kept) != kept) return Reply.Problem(401, "This link was used before, or is none.");
            Admit(context.Response);
            return Results.Redirect("/");
        });
        app.MapPost(Session, async (HttpContext context) =>
        {
            if (!Bearer(context.Request))
            {
                await Task.Delay(300, context.RequestAborted); // guessing takes its time
                return Reply.Problem(401, "The token is another one.");
            }
            Admit(context.Response);
            return Results.NoContent();
        });
    }

    bool Known(string host) => host is "localhost" or "127.0.0.1" or "[::1]"
        || (!options.Local && (host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _)));

    // Other sites may link to the page, and no more.
    static bool Own(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}") return false;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" or "none" || (HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Path.Value is "/" or Launch);
    }

    bool Holds(HttpRequest request) => (request.Cookies[Cookie] is { } session && sessions.ContainsKey(session)) || Bearer(request);

    bool Bearer(HttpRequest request)
    {
        const string kind = "Bearer ";
        var sent = request.Headers.Authorization.ToString();
        return sent.StartsWith(kind, StringComparison.Ordinal) && Same(sent[kind.Length..], options.Token!);
    }

    // Hashes have one length, so that the time tells neither length nor place of the difference.
    internal static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    void Admit(HttpResponse response)
    {
        if (sessions.Count >= MostSessions) sessions.Clear();
        var session = Random();
        sessions[session] = 0;
        response.Cookies.Append(Cookie, session, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
    }

    internal static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
