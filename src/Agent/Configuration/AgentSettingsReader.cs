using System.Collections.Immutable;
using System.Text.Json;
using ActorStreams.Gateway.Auth;

namespace ActorStreams.Agent.Configuration;

/// <summary>The outcome of reading a configuration.</summary>
/// <param name="Settings">Null where there are errors.</param>
/// <param name="Errors">All of them, each with its path in the JSON and what is allowed there.</param>
/// <param name="Warnings">Members that are not known or not used here.</param>
public sealed record AgentSettingsReading(AgentSettings? Settings, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings);

/// <summary>Reads the Kinesis agent's <c>agent.json</c>. Comments are allowed, as there.</summary>
public static class AgentSettingsReader
{
    private const string DefaultCheckpointFile = "/var/lib/actorstreams-agent/checkpoints";
    private const string NoCloudWatch = "counts go to the log and to --metrics-port.";
    private const string OneConnection = "each file that is read has one put under way at a time.";

    /// <summary>Of the original's names, those without a meaning here.</summary>
    private static readonly (string Name, string Why)[] s_notUsed =
    [
        ("cloudwatch.emitMetrics", NoCloudWatch), ("cloudwatch.endpoint", NoCloudWatch), ("cloudwatch.namespace", NoCloudWatch),
        ("cloudwatch.tagInstance", NoCloudWatch), ("cloudwatch.metricsBufferTimeMillis", NoCloudWatch), ("cloudwatch.metricsQueueSize", NoCloudWatch),
        ("log.emitMetrics", NoCloudWatch), ("log.emitInternalMetrics", NoCloudWatch),
        ("assumeRoleARN", "keys are awsAccessKeyId and awsSecretAccessKey, or the environment's."),
        ("assumeRoleExternalId", "keys are awsAccessKeyId and awsSecretAccessKey, or the environment's."),
        ("sts.endpoint", "keys are awsAccessKeyId and awsSecretAccessKey, or the environment's."),
        ("userDefinedCredentialsProvider.classname", "keys are awsAccessKeyId and awsSecretAccessKey, or the environment's."),
        ("userDefinedCredentialsProvider.location", "keys are awsAccessKeyId and awsSecretAccessKey, or the environment's."),
        ("maxSendingThreads", OneConnection), ("maxSendingThreadsPerCore", OneConnection), ("sendingThreadsKeepAliveMillis", OneConnection),
        ("sendingThreadsMaxQueueSize", OneConnection), ("maxConnections", OneConnection),
    ];

    /// <param name="environment">A variable of the environment by its name; null where it is not set.</param>
    public static AgentSettingsReading Read(string json, Func<string, string?> environment)
    {
        var findings = new Findings();
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            return new AgentSettingsReading(null, [$"It is not JSON: {e.Message}"], []);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object) return new AgentSettingsReading(null, ["It takes an object with an array \"flows\"."], []);
            var settings = Read(new JsonSection(document.RootElement, "", findings), environment, findings);
            return new AgentSettingsReading(findings.Errors.Count == 0 ? settings : null, findings.Errors, findings.Warnings);
        }
    }

    private static AgentSettings Read(JsonSection root, Func<string, string?> environment, Findings findings)
    {
        var flows = root.Sections("flows").Select(FlowReader.Read).ToList();
        if (flows.Count == 0 && findings.Errors.Count == 0) root.Error("flows", "is missing or empty; it takes an array of at least one flow.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < flows.Count; i++)
        {
            if (flows[i] is { } flow && !seen.Add(flow.Id)) root.Error($"flows[{i}]", $"is the flow {flow.Id} once more; a pattern goes to a destination once.");
        }

        var region = environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION");
        var settings = new AgentSettings
        {
            Flows = [.. flows.OfType<FlowSettings>()],
            CheckpointFile = root.FilledText("checkpointFile") ?? DefaultCheckpointFile,
            CheckpointTimeToLive = TimeSpan.FromDays(root.Integer("checkpointTimeToLiveDays", 7, 1, 3650)),
            Kinesis = Service(root, "kinesis", region, environment("AWS_ENDPOINT_URL_KINESIS") ?? environment("AWS_ENDPOINT_URL")),
            Firehose = Service(root, "firehose", region, environment("AWS_ENDPOINT_URL_FIREHOSE") ?? environment("AWS_ENDPOINT_URL")),
            AccessKey = Key(root, environment, out var sessionToken),
            SessionToken = sessionToken,
            ReportPeriod = TimeSpan.FromSeconds(root.Integer("log.statusReportingPeriodSeconds", 30, 1, 86_400)),
            ShutdownTimeout = root.Millis("shutdownTimeoutMillis", 10_000, 0, 600_000),
        };
        foreach (var (name, why) in s_notUsed) root.NotUsed(name, why);
        root.NameUnknown();
        return settings;
    }

    /// <summary>The configuration's, the environment's, or AWS's own of the region, in this order.</summary>
    private static ServiceSettings Service(JsonSection root, string service, string? environmentRegion, string? environmentEndpoint)
    {
        var given = root.FilledText($"{service}.endpoint") ?? environmentEndpoint;
        var region = root.FilledText($"{service}.region");
        if (given is null)
        {
            region ??= environmentRegion ?? "us-east-1";
            return new ServiceSettings(new Uri($"https://{service}.{region}.amazonaws.com"), region);
        }
        // The original takes a bare host too.
        var text = given.Contains("://", StringComparison.Ordinal) ? given : "https://" + given;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            root.Error($"{service}.endpoint", $"is '{given}'; it takes an http or https address, such as http://127.0.0.1:4567.");
            endpoint = new Uri("http://127.0.0.1");
        }
        // kinesis.eu-west-1.amazonaws.com says its region.
        var ofHost = endpoint.Host.Split('.') is [_, var part, "amazonaws", ..] ? part : null;
        return new ServiceSettings(endpoint, region ?? ofHost ?? environmentRegion ?? "us-east-1");
    }

    private static AccessKey Key(JsonSection root, Func<string, string?> environment, out string? sessionToken)
    {
        sessionToken = null;
        var (id, secret) = (root.FilledText("awsAccessKeyId"), root.FilledText("awsSecretAccessKey"));
        if (id is not null && secret is not null) return new AccessKey(id, secret);
        if ((id ?? secret) is not null)
            root.Error(id is null ? "awsAccessKeyId" : "awsSecretAccessKey", "is missing; awsAccessKeyId and awsSecretAccessKey come together, or both from the environment.");
        sessionToken = environment("AWS_SESSION_TOKEN");
        // A node without access keys takes any, so there is something to sign with where nothing is set.
        return new AccessKey(environment("AWS_ACCESS_KEY_ID") ?? "local", environment("AWS_SECRET_ACCESS_KEY") ?? "local");
    }
}
