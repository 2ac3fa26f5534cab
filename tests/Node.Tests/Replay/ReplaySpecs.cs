using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorStreams.TestKit;

namespace ActorStreams.Node.Tests.Replay;

public sealed class ReplaySpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_file_is_in_the_stream_in_its_order_and_malformed_lines_are_reported()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();
        var lines = Enumerable.Range(0, 1700).Select(i => string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UnixEpoch.AddMinutes(i):yyyy-MM-dd HH:mm:ss},{i * 0.5}")).ToList();
        lines.Insert(0, "timestamp,value");
        lines.Insert(700, "broken");
        var file = folder.File("readings.csv", string.Join('\n', lines));

        await using var replay = Replay(folder, node, file);

        Assert.Equal(4, await replay.ExitAsync(Patience));
        Assert.Contains("1700 records put into readings under the key sensor-1", replay.Output, StringComparison.Ordinal);
        Assert.Contains("1 malformed lines were left out: 701", replay.Output, StringComparison.Ordinal);
        using var client = new KinesisHttp(node.Endpoint, region: "eu-test-1");
        var stored = await client.ReadAllAsync("readings");
        Assert.All(stored, r => Assert.Equal("sensor-1", r.PartitionKey));
        Assert.Equal(Enumerable.Range(0, 1700).Select(i => i * 0.5), stored.Select(r => JsonDocument.Parse(r.Data).RootElement.GetProperty("value").GetDouble()));
        Assert.Equal("""{"time":"1970-01-01 00:00:00","metric":"sensor-1","value":0}""", Encoding.UTF8.GetString(stored[0].Data));
    }

    [Fact]
    public async Task Speed_keeps_the_distances_of_the_timestamps()
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();
        var file = folder.File("readings.csv", "0,1\n60,2\n120,3\n");

        var start = TimeProvider.System.GetTimestamp();
        await using var replay = Replay(folder, node, file, "--speed", "60");

        Assert.Equal(0, await replay.ExitAsync(Patience));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromSeconds(2), replay.Output);
    }

    [Fact]
    public async Task A_file_that_is_not_there_a_speed_of_zero_and_a_missing_stream_name_are_refused_together()
    {
        using var folder = new TempFolder();

        await using var replay = NodeProcess.Command(folder.Path, null, "replay", "nothing.csv", "--key", "k", "--speed", "0");

        Assert.Equal(2, await replay.ExitAsync(Patience));
        Assert.All(["nothing.csv", "--speed", "--stream"], part => Assert.Contains(part, replay.Output, StringComparison.Ordinal));
    }

    private static NodeProcess Replay(TempFolder folder, NodeProcess node, string file, params string[] more) => NodeProcess.Command(
        folder.Path, null, ["replay", file, "--stream", "readings", "--key", "sensor-1", "--endpoint", node.Endpoint.ToString(), "--region", "eu-test-1", .. more]);
}
