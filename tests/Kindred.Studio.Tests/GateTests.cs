using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kindred.Studio.Tests;

/// <summary>Who may ask for what: attacks that local pages know.</summary>
public class GateTests
{
    [Fact]
    public async Task Every_answer_has_a_policy_without_inline_script_and_names_its_type()
    {
        await using var page = await new Page().Open();
        foreach (var path in (string[])["/", "/app.js", "/api/runs", "/api/runs/none", "/nowhere"])
        {
            using var answer = await page.Client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        }
        var html = await page.Client.GetStringAsync("/");
        Assert.DoesNotMatch("<script(?![^>]*src=)|\\son\\w+=|style=", html);
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("localhost.evil.test")]
    [InlineData("127.0.0.1.evil.test:80")]
    [InlineData("192.168.0.1")]
    [InlineData("[::2]")]
    public async Task A_foreign_host_is_refused(string host)
    {
        await using var page = await new Page().Open();
        foreach (var path in (string[])["/", "/api/runs", "/app.js"]) Assert.Equal(403, await page.Status(path, with: r => r.Headers.Host = host));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:9000")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:80")]
    public async Task This_machine_s_own_names_pass_whatever_port_a_tunnel_gave_them(string host)
    {
        await using var page = await new Page().Open();
        Assert.Equal(200, await page.Status("/", with: r => r.Headers.Host = host));
    }

    [Theory]
    [InlineData("Origin", "http://evil.test")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "https://127.0.0.1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_site_s_page_is_refused(string header, string value)
    {
        await using var page = await new Page().Open();
        Assert.Equal(403, await page.Status("/api/runs", with: r => r.Headers.Add(header, value)));
    }

    [Theory]
    [InlineData("http://evil.test", 403)]
    [InlineData("null", 403)]
    [InlineData(null, 200)]
    public async Task There_is_no_socket_to_open_from_elsewhere_or_here(string? origin, int status)
    {
        await using var page = await new Page().Open();
        Assert.Equal(status, await page.Status("/api/runs", with: r =>
        {
            r.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            r.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            r.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
            r.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
            if (origin is not null) r.Headers.Add("Origin", origin);
        }));
    }

    [Fact]
    public async Task A_link_on_another_site_opens_the_page()
    {
        await using var page = await new Page().Open();
        Assert.Equal(200, await page.Status("/", with: r => { r.Headers.Add("Sec-Fetch-Site", "cross-site"); r.Headers.Add("Sec-Fetch-Mode", "navigate"); }));
    }

    [Fact]
    public async Task Other_machines_need_a_token_before_anything_listens()
    {
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => StudioServer.Start(new([]) { Host = "0.0.0.0", Port = 0 }));
        Assert.Contains("token", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConfigurationException>(() => StudioServer.Start(new([]) { Port = 0, Token = "short" }));
        await Assert.ThrowsAsync<ConfigurationException>(() => StudioServer.Start(new([]) { Port = 70000 }));
        await Assert.ThrowsAsync<ConfigurationException>(() => StudioServer.Start(new([]) { Port = 0, Host = "not an address" }));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_so()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => StudioServer.Start(new([]) { Port = port }));
        Assert.Contains("--port", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_token_nothing_is_told()
    {
        await using var page = await new Page().Open(o => o with { Token = "correct horse" });
        page.Run("hidden");
        foreach (var path in (string[])["/", "/api/runs", "/api/recipes", "/app.js", "/api/events?runs=1", "/nowhere"]) Assert.Equal(401, await page.Status(path));
        foreach (var wrong in (string[])["Bearer wrong", "Bearer ", "correct horse", "Basic correct horse"])
            Assert.Equal(401, await page.Status("/api/runs", with: r => r.Headers.TryAddWithoutValidation("Authorization", wrong)));
        Assert.Equal(401, await page.Status("/api/runs", with: r => r.Headers.Add("Cookie", "kindred-studio=correct horse")));
        Assert.Equal(401, await page.Status("/api/runs?token=correct%20horse"));
        Assert.Equal(200, await page.Status("/api/runs", with: r => r.Headers.Add("Authorization", "Bearer correct horse")));
        Assert.Equal(200, await page.Status("/login.js"));
    }

    [Fact]
    public async Task The_launch_link_opens_once_and_leaves_a_cookie_that_scripts_and_other_sites_do_not_have()
    {
        await using var page = await new Page().Open(o => o with { Token = "correct horse" });
        Assert.Equal(401, await page.Status("/launch?key=guess"));
        using var answer = await page.Client.GetAsync("/" + page.Server.LaunchPath);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("correct horse", page.Server.LaunchPath, StringComparison.Ordinal);
        Assert.Equal(200, await page.Status("/api/runs", with: r => r.Headers.Add("Cookie", cookie.Split(';')[0])));
        Assert.Equal(401, await page.Status("/" + page.Server.LaunchPath));
    }

    [Fact]
    public async Task The_token_itself_makes_a_session_by_a_header_that_no_form_can_send()
    {
        await using var page = await new Page().Open(o => o with { Token = "correct horse" });
        Assert.Equal(401, await page.Status("/api/session", HttpMethod.Post));
        Assert.Equal(204, await page.Status("/api/session", HttpMethod.Post, r => r.Headers.Add("Authorization", "Bearer correct horse")));
        Assert.Equal(403, await page.Status("/api/session", HttpMethod.Post, r => { r.Headers.Add("Authorization", "Bearer correct horse"); r.Headers.Add("Origin", "http://evil.test"); }));
    }

    [Fact]
    public async Task A_page_without_a_token_changes_nothing_by_any_method()
    {
        await using var page = await new Page().Open();
        page.Run("one");
        var id = await page.IdOf("runs", "one");
        foreach (var method in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch])
            Assert.InRange(await page.Status($"/api/runs/{id}", method), 404, 405);
    }

    [Fact]
    public async Task Ten_megabytes_are_refused_and_idle_connections_do_not_keep_others_out()
    {
        await using var page = await new Page().Open(o => o with { Token = "correct horse" });
        using var body = new ByteArrayContent(new byte[10 << 20]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = body };
        try
        {
            using var answer = await page.Client.SendAsync(request);
            Assert.False(answer.IsSuccessStatusCode);
        }
        catch (HttpRequestException)
        {
            // The connection was closed before all was sent.
        }
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var client = new TcpClient();
                idle.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, page.Server.Address.Port);
                if (i % 2 == 0) await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HT"));
            }
            Assert.Equal(401, await page.Status("/api/runs"));
        }
        finally { idle.ForEach(c => c.Dispose()); }
    }
}
