using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Demo;

public sealed class DemoSpecs(ITestOutputHelper output)
{
    [Fact]
    public async Task Five_seconds_of_the_demo_show_the_marked_spike_as_one_alert_and_leave_nothing_behind()
    {
        using var folder = new TempFolder();
        var temporary = Directory.CreateDirectory(folder.Folder("tmp")).FullName;

        await using var demo = NodeProcess.Command(
            folder.Path, null, new Dictionary<string, string?> { ["TMPDIR"] = temporary, ["TMP"] = temporary, ["TEMP"] = temporary }, "demo", "--seconds", "5");

        var code = await demo.ExitAsync(TimeSpan.FromSeconds(60));
        output.WriteLine(demo.Output);
        Assert.Equal(0, code);
        Assert.Contains("for the marked spike: 1", demo.Output, StringComparison.Ordinal);
        Assert.Contains("demo.pulse = 1000", demo.Output, StringComparison.Ordinal);
        Assert.Contains("0 lost, 0 too many; 0 dead letters", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetDirectories(temporary), d => d.Contains("actorstreams-demo", StringComparison.Ordinal));
    }
}
