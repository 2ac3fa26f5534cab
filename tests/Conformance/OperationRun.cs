using System.Globalization;
using System.Text.Json;
using ActorStreams.TestKit;

namespace ActorStreams.Conformance.Tests;

/// <summary>One case of an operation's file.</summary>
/// <param name="Error">Where it failed: the traceback.</param>
public sealed record OperationCase(string Case, double Seconds, string? Error);

/// <summary>
/// Runs the cases of all operations once, in one Python process against a node and one that holds to the limits of the service, and keeps
/// what came of them for each operation's test.
/// </summary>
public sealed class OperationRun : IAsyncLifetime
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorstreams-conformance-");
    private readonly Lazy<Task<Dictionary<string, OperationCase[]>>> _report;

    public OperationRun() => _report = new(RunAsync);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_report.IsValueCreated) await Task.WhenAny(_report.Value);
        _folder.Delete(recursive: true);
    }

    public async Task<IReadOnlyList<OperationCase>> CasesAsync(string operation) => (await _report.Value)[operation];

    private async Task<Dictionary<string, OperationCase[]>> RunAsync()
    {
        await using var node = Start("Open");
        await using var limited = Start("Compat");
        await Task.WhenAll(node.ReadyAsync(), limited.ReadyAsync());
        var report = Path.Combine(_folder.FullName, "report.json");
        await Scripts.RunAsync(
            "run.py", [report], ("CONFORMANCE_ENDPOINT", node.Endpoint.ToString()), ("CONFORMANCE_LIMITED_ENDPOINT", limited.Endpoint.ToString()));
        return JsonSerializer.Deserialize<Dictionary<string, OperationCase[]>>(await File.ReadAllTextAsync(report), s_json)!;
    }

    /// <summary>With keys of two accounts, so that signatures and policies count, and two to encrypt with.</summary>
    private NodeProcess Start(string limits) => NodeProcess.Start(
        Path.Combine(_folder.FullName, limits.ToLower(CultureInfo.InvariantCulture)),
        settings: new Dictionary<string, string>
        {
            ["Gateway:BindAddress"] = "127.0.0.1",
            ["Gateway:Limits"] = limits,
            ["Gateway:AccessKeys:0:AccessKeyId"] = "owner",
            ["Gateway:AccessKeys:0:SecretAccessKey"] = "owner-secret",
            ["Gateway:AccessKeys:1:AccessKeyId"] = "partner",
            ["Gateway:AccessKeys:1:SecretAccessKey"] = "partner-secret",
            ["Gateway:AccessKeys:1:AccountId"] = "111111111111",
            ["Gateway:AccessKeys:1:UserName"] = "reports",
            ["Encryption:Keys:first"] = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray()),
            ["Encryption:Keys:second"] = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray()),
        });
}
