using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Kindred.Cli.Tests;

/// <summary>The real server: it says where it is, lets in who may come, writes nobody's secret anywhere, and ends when it is asked to.</summary>
public sealed class ServeVerbTests : IDisposable
{
    const string Token = "correct horse", Guess = "battery staple";

    readonly string folder = Directory.CreateTempSubdirectory("kindred-serve-").FullName;

    [Fact]
    public async Task A_token_opens_the_page_and_stands_in_no_log_and_no_file()
    {
        Directory.CreateDirectory(Path.Combine(folder, "runs"));
        var start = Cli.Start("serve", "--port", "0", "--token", Token);
        start.WorkingDirectory = folder;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";          // the framework would tell more there
        start.Environment["Logging__LogLevel__Default"] = "Trace";
        using var server = System.Diagnostics.Process.Start(start)!;
        try
        {
            var said = await server.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
            var link = new Uri(said.Split(' ')[0]);
            using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new(link.GetLeftPart(UriPartial.Authority)) };
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask(client, "/api/runs", Guess));
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask(client, $"/api/runs?token={Uri.EscapeDataString(Token)}", null));
            Assert.Equal(HttpStatusCode.OK, await Ask(client, "/api/runs", Token));
            Assert.Equal(HttpStatusCode.NotFound, await Ask(client, $"/api/runs/{Uri.EscapeDataString(Token)}", Token));
            using (var session = await client.SendAsync(new(HttpMethod.Post, "/api/session") { Headers = { Authorization = new("Bearer", Token) }, Content = JsonContent.Create("") }))
                Assert.Equal(HttpStatusCode.NoContent, session.StatusCode);
            Assert.Equal(HttpStatusCode.Redirect, await Ask(client, link.PathAndQuery, null));
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask(client, link.PathAndQuery, null));   // it opened once

            System.Diagnostics.Process.Start("kill", ["-TERM", $"{server.Id}"])!.WaitForExit();
            Assert.True(server.WaitForExit(20_000), "it does not end");
            var words = $"{await server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)}{await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}";
            foreach (var secret in new[] { Token, Guess, Uri.EscapeDataString(Token), link.Query[5..] })
            {
                Assert.DoesNotContain(secret, words, StringComparison.Ordinal);
                Assert.All(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), f => Assert.DoesNotContain(secret, File.ReadAllText(f), StringComparison.Ordinal));
            }
        }
        finally { if (!server.HasExited) server.Kill(); }
    }

    static async Task<HttpStatusCode> Ask(HttpClient client, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
