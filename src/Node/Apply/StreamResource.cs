using System.Text.Json.Nodes;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Apply;

/// <summary>A document of the kind <c>Stream</c>.</summary>
internal sealed class StreamResource(ApplyDocument document, string name) : ApplyResource(document, KindName, name)
{
    public const string KindName = "Stream";

    /// <summary>As an <c>encryptionKey</c>: what is put is not sealed.</summary>
    private const string NoKey = "none";

    public static readonly string[] Members = ["kind", "name", "shardCount", "mode", "retentionHours", "encryptionKey", "tags"];

    private static readonly (string Request, string Document)[] s_members =
    [
        ("StreamName", "name"), ("ShardCount", "shardCount"), ("StreamModeDetails", "mode"), ("RetentionPeriodHours", "retentionHours"),
        ("KeyId", "encryptionKey"), ("Tags", "tags"),
    ];

    /// <summary>As the API has it; null where nothing is said, or nothing that is allowed.</summary>
    private string? Mode => Said("mode") is JsonValue said && said.TryGetValue<string>(out var mode)
        ? mode switch { "on-demand" => "ON_DEMAND", "provisioned" => "PROVISIONED", _ => null }
        : null;

    public override async Task CheckAsync(ApplyServices services, IReadOnlySet<string> coming, CancellationToken cancel)
    {
        if (Said("mode") is { } mode && Mode is null) Document.Error("mode", $"is {mode.ToJsonString()}; allowed are on-demand and provisioned.");
        var request = new JsonObject { ["StreamName"] = Name, ["ShardCount"] = Said("shardCount"), ["RetentionPeriodHours"] = Said("retentionHours"), ["Tags"] = Said("tags") };
        if (Mode is { } said) request["StreamModeDetails"] = new JsonObject { ["StreamMode"] = said };
        if (!IsNoKey(Said("encryptionKey"))) request["KeyId"] = Said("encryptionKey");
        Note(await services.KinesisAsync("CheckStream", request, cancel), s_members);
    }

    public override async Task<Drift> CompareAsync(ApplyServices services, CancellationToken cancel)
    {
        if (await services.FindStreamAsync(Name, cancel) is not { } there) return Drift.Missing;
        var comparison = new Comparison(Document);
        comparison.Compare("mode", Said("mode"), (string?)there["StreamModeDetails"]!["StreamMode"] == "ON_DEMAND" ? "on-demand" : "provisioned");
        comparison.Compare("shardCount", Said("shardCount"), there["OpenShardCount"]);
        comparison.Compare("retentionHours", Said("retentionHours"), there["RetentionPeriodHours"]);
        comparison.Compare("encryptionKey", Said("encryptionKey"), (string?)there["KeyId"] ?? NoKey);
        if (Said("tags") is { } tags)
        {
            var listed = await services.KinesisAsync("ListTagsForResource", new JsonObject { ["ResourceARN"] = (string)there["StreamARN"]! }, cancel);
            comparison.Compare("tags", tags, DeliveryStreamResource.TagMap(listed["Tags"]!));
        }
        return new Drift(true, comparison.Found);
    }

    public override async Task MakeAsync(ApplyServices services, Drift drift, CancellationToken cancel)
    {
        if (!drift.IsThere) drift = await CreateAsync(services, cancel);
        // Each is a change of its own, and a stream takes one at a time.
        if (drift.Has("mode")) await ChangeAsync("UpdateStreamMode", new JsonObject { ["StreamModeDetails"] = new JsonObject { ["StreamMode"] = Mode } }, byArn: true);
        if (drift.Has("shardCount")) await ChangeAsync("UpdateShardCount", new JsonObject { ["ScalingType"] = "UNIFORM_SCALING", ["TargetShardCount"] = Said("shardCount") });
        if (drift.Has("retentionHours")) await SetRetentionAsync();
        if (drift.Has("encryptionKey")) await SetKeyAsync();
        if (drift.Has("tags")) await ChangeAsync("AddTagsToStream", new JsonObject { ["Tags"] = Said("tags") });
        await services.ActiveStreamAsync(Name, cancel);

        async Task ChangeAsync(string operation, JsonObject request, bool byArn = false)
        {
            var there = await services.ActiveStreamAsync(Name, cancel);
            if (byArn) request["StreamARN"] = (string)there["StreamARN"]!;
            else request["StreamName"] = Name;
            await services.KinesisAsync(operation, request, cancel);
        }

        async Task SetRetentionAsync()
        {
            var hours = (long)Said("retentionHours")!;
            var present = (long)(await services.ActiveStreamAsync(Name, cancel))["RetentionPeriodHours"]!;
            await ChangeAsync($"{(hours > present ? "Increase" : "Decrease")}StreamRetentionPeriod", new JsonObject { ["RetentionPeriodHours"] = hours });
        }

        async Task SetKeyAsync()
        {
            var isStop = IsNoKey(Said("encryptionKey"));
            var present = (string?)(await services.ActiveStreamAsync(Name, cancel))["KeyId"];
            if (isStop && present is null) return;
            await ChangeAsync(
                isStop ? "StopStreamEncryption" : "StartStreamEncryption", new JsonObject { ["EncryptionType"] = "KMS", ["KeyId"] = isStop ? present : Said("encryptionKey") });
        }
    }

    /// <summary>Answers what is still to be done: what a create does not take.</summary>
    private async Task<Drift> CreateAsync(ApplyServices services, CancellationToken cancel)
    {
        var request = new JsonObject { ["StreamName"] = Name };
        if (Said("shardCount") is { } count) request["ShardCount"] = count;
        if (Mode is { } mode) request["StreamModeDetails"] = new JsonObject { ["StreamMode"] = mode };
        if (Said("tags") is JsonObject { Count: > 0 } tags) request["Tags"] = tags;
        await services.KinesisAsync("CreateStream", request, cancel);
        await services.ActiveStreamAsync(Name, cancel);
        return await CompareAsync(services, cancel);
    }

    private static bool IsNoKey(JsonNode? said) => said is JsonValue value && value.TryGetValue<string>(out var key) && key == NoKey;
}
