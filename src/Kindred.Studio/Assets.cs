using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>The page's own files, which lie inside the assembly.</summary>
static class Assets
{
    const string Root = "wwwroot/";

    static readonly Dictionary<string, (byte[] Bytes, string Type, string Tag)> files = Read();

    internal static void Map(WebApplication app)
    {
        foreach (var name in files.Keys)
        {
            if (name == "login.html") continue;
            app.MapGet(name == "index.html" ? "/" : $"/{name}", (HttpContext context) => Send(context.Response, name));
        }
    }

    internal static Task Send(HttpResponse response, string name)
    {
        var (bytes, type, tag) = files[name];
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = tag;
        response.ContentType = type;
        if (response.StatusCode == StatusCodes.Status200OK && response.HttpContext.Request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted).AsTask();
    }

    static Dictionary<string, (byte[], string, string)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Root, StringComparison.Ordinal)).ToDictionary(n => n[Root.Length..].Replace('\\', '/'), n =>
        {
            using var stream = assembly.GetManifestResourceStream(n)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return (bytes, TypeOf(n), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
        });
    }

    static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
