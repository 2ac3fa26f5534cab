using System.Net;
using System.Net.Sockets;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Hosting;

/// <summary>Starting the real executable, and being told why it does not start.</summary>
public sealed class StartSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan FailTimeMax = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_node_is_ready_within_seconds_and_tells_where_it_listens_and_that_nobody_is_authenticated()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));

        var ready = await node.ReadyAsync();

        output.WriteLine($"Ready {ready.TotalMilliseconds:0} ms after the start of the process");
        // Three seconds on a machine that does nothing else.
        Assert.True(ready < TimeSpan.FromSeconds(15), node.Output);
        await OutputHasAsync(node, node.Endpoint.ToString(), "No access keys are configured");
    }

    [Fact]
    public async Task Admin_pages_tell_health_streams_pipelines_and_metrics()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();
        using var client = new KinesisHttp(node.Endpoint, region: "eu-test-7");
        await client.CreateStreamAsync("orders", 2);

        using var http = new HttpClient { BaseAddress = node.AdminEndpoint };

        Assert.Contains("alive", await http.GetStringAsync("alive"), StringComparison.Ordinal);
        var streams = await http.GetStringAsync("streams");
        Assert.All(["eu-test-7", "orders", "ACTIVE", "shardId-000000000001", "340282366920938463463374607431768211455"], part => Assert.Contains(part, streams, StringComparison.Ordinal));
        Assert.Contains("\"pipelines\": []", await http.GetStringAsync("pipelines"), StringComparison.Ordinal);
        var metrics = await http.GetStringAsync("metrics");
        Assert.All(["ActorStreams.Gateway", "ActorStreams.Shards", "dotnet_process_memory", "dotnet_gc_collections", "dotnet_thread_pool"], part => Assert.Contains(part, metrics, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("nonsense")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync("ready", null)).StatusCode);
    }

    [Fact]
    public async Task A_data_folder_that_another_node_holds_is_refused_with_its_process_id()
    {
        using var folder = new TempFolder();
        await using var first = NodeProcess.Start(folder.Folder("data"));
        await first.ReadyAsync();

        await using var second = NodeProcess.Start(folder.Folder("data"));

        await RefusedAsync(second, $"is in use by process {first.Id}");
    }

    [Fact]
    public async Task A_node_whose_data_folder_is_deleted_under_it_ends_and_says_why()
    {
        using var folder = new TempFolder();
        var data = folder.Folder("data");
        await using var node = NodeProcess.Start(data);
        await node.ReadyAsync();

        Directory.Delete(data, recursive: true);

        Assert.Equal(1, await node.ExitAsync(FailTimeMax));
        await OutputHasAsync(node, "was deleted or moved away", "would be lost");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_in_use_is_refused_by_its_number(bool admin)
    {
        using var folder = new TempFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var node = NodeProcess.Start(folder.Folder("data"), port: admin ? null : port, adminPort: admin ? port : null);

        await RefusedAsync(node, $"Port {port}, wanted for the {(admin ? "admin" : "gateway")}, is in use");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_is_refused_by_its_name()
    {
        using var folder = new TempFolder();
        var file = folder.File("file", "");

        await using var node = NodeProcess.Command(folder.Path, null, "--data", Path.Combine(file, "data"), "--port", "0", "--admin-port", "0");

        await RefusedAsync(node, file);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_refused_by_its_address()
    {
        using var folder = new TempFolder();
        var port = FreePorts.Take(1)[0];

        await using var node = NodeProcess.Command(
            folder.Path, null, "--postgres", $"Host=127.0.0.1;Port={port};Username=nobody;Database=none", "--port", "0", "--admin-port", "0");

        await RefusedAsync(node, $"127.0.0.1:{port}");
    }

    [Fact]
    public async Task Every_wrong_setting_is_listed_at_once_and_nothing_is_started()
    {
        using var folder = new TempFolder();
        folder.File("appsettings.json", """{ "ActorStreams": { "Shards": { "FlushBytesMax": "many" }, "Gatway": { "Port": 1 } } }""");
        var environment = new Dictionary<string, string> { ["Store:ReadersMax"] = "0", ["Firehose:LoadMemoryMiB"] = "8", ["Firehose:RowGroupMemoryMiB"] = "0", ["Pipelines:p:Source"] = "s", ["Encryption:Keys:orders"] = "bm90LTMyLWJ5dGVz", ["Firehose:Functions:f:Url"] = "http://127.0.0.1:1", ["Firehose:Functions:f:Timeout"] = "01:00:00" };

        await using var node = NodeProcess.Command(folder.Path, environment, "--port", "70000", "--set", "Log:Format=xml");

        Assert.Equal(2, await node.ExitAsync(FailTimeMax));
        await OutputHasAsync(
            node, "10 wrong settings", "ActorStreams:Encryption:Keys:orders is not a key; allowed are 32 bytes in base64", "ActorStreams:Shards:FlushBytesMax: 'many'", "ActorStreams:Gatway: there is no such setting",
            "ActorStreams:Store:ReadersMax is 0; allowed is 1 to", "ActorStreams:Firehose:LoadMemoryMiB is 8; allowed is 16 to 1048576", "ActorStreams:Firehose:RowGroupMemoryMiB is 0; allowed is 16 to 1048576", "ActorStreams:Pipelines:p:Output is missing", "ActorStreams:Gateway:Port 70000",
            "'xml' is not one of Text, Json", "ActorStreams:Firehose:Functions:f:Timeout: is 01:00:00; allowed is 00:00:01 to 00:15:00 with Url.");
        Assert.False(Directory.Exists(folder.Folder("data")));
        Assert.DoesNotContain("bm90LTMyLWJ5dGVz", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_refused()
    {
        using var folder = new TempFolder();

        await using var node = NodeProcess.Command(folder.Path, null, "--dta", "x");

        Assert.Equal(2, await node.ExitAsync(FailTimeMax));
        await OutputHasAsync(node, "--dta");
    }

    [Fact]
    public async Task Logs_are_one_json_object_a_line_when_asked_for()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"), arguments: ["--log-format", "json"]);
        await node.ReadyAsync();
        await OutputHasAsync(node, "Ready in");

        Assert.All(node.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => System.Text.Json.JsonDocument.Parse(line).Dispose());
    }

    private async Task RefusedAsync(NodeProcess node, string message)
    {
        var start = TimeProvider.System.GetTimestamp();
        var code = await node.ExitAsync(FailTimeMax);
        output.WriteLine($"Refused after {TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms: {node.Output}");
        Assert.Equal(3, code);
        await OutputHasAsync(node, message);
        Assert.DoesNotContain("   at ", node.Output, StringComparison.Ordinal);
    }

    // The pipe may still hold what the process wrote last.
    private static async Task OutputHasAsync(NodeProcess node, params string[] parts)
    {
        for (var look = 0; look < 100 && !parts.All(p => node.Output.Contains(p, StringComparison.Ordinal)); look++) await Task.Delay(20);
        Assert.All(parts, part => Assert.Contains(part, node.Output, StringComparison.Ordinal));
    }
}
