using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Kindred.Studio.Tests;

/// <summary>One page of the machine's Chromium, driven by its own protocol. What went wrong in it is kept.</summary>
sealed class Browser : IAsyncDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(120);

    readonly Process process;
    readonly string profile;
    readonly ClientWebSocket socket = new();
    readonly Dictionary<int, TaskCompletionSource<JsonNode?>> asked = [];
    Task reading = Task.CompletedTask;
    int number;

    /// <summary>Where Chromium is; null on a machine without it.</summary>
    internal static string? Program { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    Browser(Process process, string profile) => (this.process, this.profile) = (process, profile);

    /// <summary>Errors and warnings of the console, exceptions, and dialogs that a script opened.</summary>
    internal List<string> Faults { get; } = [];

    internal static async Task<Browser> Open()
    {
        var profile = Directory.CreateTempSubdirectory("kindred-chromium-").FullName;
        string[] words = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
            "--ignore-gpu-blocklist", "--no-first-run", "--lang=en",
            "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--window-size=1300,1000",
            "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank"];
        var start = new ProcessStartInfo(Program!, words) { RedirectStandardError = true, RedirectStandardOutput = true };
        var browser = new Browser(Process.Start(start)!, profile);
        browser.process.ErrorDataReceived += (_, _) => { };
        browser.process.BeginErrorReadLine();
        browser.process.BeginOutputReadLine();
        var file = Path.Combine(profile, "DevToolsActivePort");
        await Until(() => Task.FromResult(File.Exists(file) && File.ReadAllLines(file).Length > 0), "Chromium did not start");
        using var client = new HttpClient();
        var pages = JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{File.ReadAllLines(file)[0]}/json"))!.AsArray();
        await browser.socket.ConnectAsync(new Uri((string)pages.First(p => (string)p!["type"]! == "page")!["webSocketDebuggerUrl"]!), default);
        browser.reading = browser.Read();
        foreach (var domain in (string[])["Page", "Runtime", "Log"]) await browser.Send($"{domain}.enable");
        // A page that nobody looks at draws no frames and takes no keys.
        await browser.Send("Page.bringToFront");
        await browser.Send("Emulation.setFocusEmulationEnabled", new() { ["enabled"] = true });
        return browser;
    }

    /// <summary>Memory that this browser's processes hold, what they share counted once in each.</summary>
    internal double Megabytes() => Process.GetProcesses().Where(p => Mine(p.Id)).Sum(p => p.WorkingSet64 / 1048576.0);

    /// <summary>Processor time that this browser's processes have taken.</summary>
    internal TimeSpan Worked() => TimeSpan.FromTicks(Process.GetProcesses().Where(p => Mine(p.Id)).Sum(p => p.TotalProcessorTime.Ticks));

    bool Mine(int id)
    {
        try { return File.ReadAllText($"/proc/{id}/cmdline").Contains(profile, StringComparison.Ordinal); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    }

    internal Task Scheme(string scheme) =>
        Send("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>A window of this size, without bars to scroll by.</summary>
    internal async Task Size(int width, int height)
    {
        await Send("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await Send("Emulation.setScrollbarsHidden", new() { ["hidden"] = true });
    }

    internal async Task Go(string address)
    {
        await Send("Page.navigate", new() { ["url"] = "about:blank" });
        await Send("Page.navigate", new() { ["url"] = address });
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    internal async Task Until(string expression)
    {
        try { await Until(async () => (bool?)await Value($"Boolean({expression})") == true, expression); }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nat {await Value("location.href")}\n{string.Join('\n', Faults)}\n{await Value("document.body.innerText")}", e);
        }
    }

    internal async Task<JsonNode?> Value(string expression) =>
        (await Send("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true }))?["result"]?["value"];

    /// <summary>What axe finds serious or critical: its rule and where.</summary>
    internal async Task<string[]> Axe()
    {
        using var reader = new StreamReader(typeof(Browser).Assembly.GetManifestResourceStream("axe.js")!);
        if ((bool?)await Value("typeof axe === 'undefined'") == true) await Value(await reader.ReadToEndAsync());
        var found = await Value("axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.filter(v => ['serious', "
            + "'critical'].includes(v.impact)).map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 4).join(' | ')}`))");
        return found is JsonArray list ? [.. list.Select(v => (string)v!)] : ["axe did not run"];
    }

    internal async Task<byte[]> Shot() => Convert.FromBase64String((string)(await Send("Page.captureScreenshot", new() { ["format"] = "png" }))!["data"]!);

    internal async Task Press(string key, string? text = null)
    {
        var code = key == "Tab" ? 9 : 13;
        JsonObject down = new() { ["type"] = text is null ? "rawKeyDown" : "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code };
        if (text is not null) down["text"] = text;
        await Send("Input.dispatchKeyEvent", down);
        await Send("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["code"] = key });
    }

    static async Task Until(Func<Task<bool>> done, string what)
    {
        for (var watch = Stopwatch.StartNew(); !await done(); await Task.Delay(100))
            if (watch.Elapsed > patience) throw new TimeoutException(what);
    }

    async Task<JsonNode?> Send(string method, JsonObject? parameters = null)
    {
        var source = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = Interlocked.Increment(ref number);
        lock (asked) asked[id] = source;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] }.ToJsonString();
        await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, default);
        return await source.Task.WaitAsync(patience);
    }

    async Task Read()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, default);
                if (part.MessageType == WebSocketMessageType.Close) return;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                Take(JsonNode.Parse(message.ToArray())!);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone, as it should be in the end.
        }
    }

    void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            lock (asked)
            {
                if (!asked.Remove((int)id, out var source)) return;
                if (message["error"] is { } error) source.SetException(new InvalidOperationException(error.ToJsonString()));
                else source.SetResult(message["result"]);
            }
            return;
        }
        var about = message["params"];
        switch ((string?)message["method"])
        {
            case "Page.javascriptDialogOpening":
                Faults.Add($"dialog: {about!["message"]}");
                _ = Send("Page.handleJavaScriptDialog", new() { ["accept"] = false });
                break;
            case "Runtime.exceptionThrown":
                Faults.Add($"exception: {about!["exceptionDetails"]?["exception"]?["description"] ?? about["exceptionDetails"]?["text"]}");
                break;
            case "Runtime.consoleAPICalled" when (string?)about!["type"] is "error" or "warning":
                Faults.Add($"console: {about["args"]}");
                break;
            case "Log.entryAdded" when (string?)about!["entry"]!["level"] is "error" or "warning":
                Faults.Add($"log: {about["entry"]!["text"]} {about["entry"]!["url"]}");
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        socket.Dispose();
        await reading;
        process.Dispose();
        for (var i = 0; i < 20; i++)
        {
            try
            {
                Directory.Delete(profile, recursive: true);
                return;
            }
            catch (IOException) { await Task.Delay(100); }
        }
    }
}
