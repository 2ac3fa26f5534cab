using System.Text.Json.Serialization;

namespace ActorStreams.Pbm.Contract;

/// <summary>What an endpoint says of a refusal or of a change it made.</summary>
internal sealed record MessageAnswer(string? Message);

internal sealed record CreateBody(string Name, int? Shards, string Mode);

internal sealed record SplitBody(string Shard, string? NewStartingHashKey);

internal sealed record MergeBody(string Shard, string AdjacentShard);

internal sealed record ScaleBody(int Shards);

internal sealed record ResetBody(string At);

/// <summary>A record as <c>stream tail --json</c> prints it: the endpoint's, with its shard.</summary>
internal sealed record TailedRecord(
    string ShardId,
    string SequenceNumber,
    string PartitionKey,
    DateTimeOffset Arrival,
    byte[] Data,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExplicitHashKey);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, AllowTrailingCommas = true)]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(MembersAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(ShardingAnswer))]
[JsonSerializable(typeof(StreamsAnswer))]
[JsonSerializable(typeof(StreamAnswer))]
[JsonSerializable(typeof(ShardAnswer))]
[JsonSerializable(typeof(RecordsAnswer))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(PipelinesAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(DeliveriesAnswer))]
[JsonSerializable(typeof(DeliveryAnswer))]
[JsonSerializable(typeof(LeasesAnswer))]
[JsonSerializable(typeof(WhyAnswer))]
[JsonSerializable(typeof(CreateBody))]
[JsonSerializable(typeof(SplitBody))]
[JsonSerializable(typeof(MergeBody))]
[JsonSerializable(typeof(ScaleBody))]
[JsonSerializable(typeof(ResetBody))]
[JsonSerializable(typeof(TailedRecord))]
internal sealed partial class ContractJson : JsonSerializerContext;
