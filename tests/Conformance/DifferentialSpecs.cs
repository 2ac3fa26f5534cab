using System.Text.Json;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Conformance.Tests;

/// <summary>
/// The same calls to a node and to two emulators of Kinesis. What differs is listed, answer by answer, in
/// <c>differential/differences.json</c>, and docs/kinesis-differences.md says of each call which side is like AWS.
/// </summary>
public sealed class DifferentialSpecs(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Answers_differ_from_those_of_emulators_only_where_it_is_documented()
    {
        Requires.Python3WithBoto3();
        Requires.Node();
        Requires.Need(
            Directory.Exists(Emulator.Packages), "the emulators kinesis-local and kinesalite",
            $"npm install --prefix {Path.GetDirectoryName(Emulator.Packages)}");
        var folder = Directory.CreateTempSubdirectory("actorstreams-differential-");
        try
        {
            await using var node = NodeProcess.Start(Path.Combine(folder.FullName, "data"));
            await using var kinesisLocal = Emulator.StartKinesisLocal();
            await using var kinesalite = Emulator.StartKinesalite();
            await Task.WhenAll(node.ReadyAsync(), kinesisLocal.ReadyAsync(), kinesalite.ReadyAsync());
            var report = Path.Combine(folder.FullName, "report.json");

            output.WriteLine(await Scripts.RunAsync(
                Path.Combine("differential", "compare.py"),
                [report, $"{node.Endpoint}", $"{kinesisLocal.Name}={kinesisLocal.Endpoint}", $"{kinesalite.Name}={kinesalite.Endpoint}"]));

            var problems = JsonSerializer.Deserialize<Dictionary<string, string[]>>(await File.ReadAllTextAsync(report))!
                .SelectMany(p => p.Value.Select(problem => $"{p.Key}: {problem}")).ToList();
            Assert.True(problems.Count == 0, string.Join('\n', problems));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
