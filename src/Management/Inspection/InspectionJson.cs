using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorStreams.Management.Inspection;

/// <param name="StoreBytes">Bytes on disk of everything kept.</param>
internal sealed record StreamsAnswer(long StoreBytes, ImmutableArray<StreamAnswer> Streams);

internal sealed record StreamAnswer(
    string Region,
    string Name,
    string Incarnation,
    string Status,
    string Mode,
    int RetentionHours,
    string? EncryptionKey,
    int OpenShards,
    DateTimeOffset CreatedAt,
    ImmutableArray<ShardAnswer> Shards)
{
    /// <summary>Why it could not be asked; null where it was. Its shards are not known then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unavailable { get; init; }
}

/// <param name="Node">Address of the owner's node; with all that follows null where the owner did not answer.</param>
/// <param name="Epoch">How often the shard was owned.</param>
/// <param name="TipRow">Journal row of the newest batch, 0 when there never was one.</param>
/// <param name="TrimmedToRow">Rows up to this one are given up.</param>
/// <param name="HorizonSequenceNumber">Not above the oldest record that is kept.</param>
/// <param name="Bytes">About what the records that are kept take in the store.</param>
/// <param name="Records">About how many are kept.</param>
/// <param name="Rows">Rows of the journal from the horizon to the tip.</param>
/// <param name="Unavailable">Why the shard's owner could not be asked.</param>
internal sealed record ShardAnswer(
    string ShardId,
    string StartingHashKey,
    string EndingHashKey,
    ImmutableArray<string> Parents,
    ImmutableArray<string> Children,
    bool Closed,
    string? Node = null,
    long? Epoch = null,
    long? TipRow = null,
    string? TipSequenceNumber = null,
    long? TrimmedToRow = null,
    string? HorizonSequenceNumber = null,
    DateTimeOffset? LastArrival = null,
    long? Bytes = null,
    long? Records = null,
    long? Rows = null,
    RateAnswer? In = null,
    RateAnswer? Out = null,
    ImmutableArray<HotKeyAnswer>? HotKeys = null,
    int? Producers = null,
    string? Unavailable = null);

internal sealed record RateAnswer(double BytesPerSecond, double RecordsPerSecond);

internal sealed record HotKeyAnswer(string PartitionKey, string HashKey, double Share);

/// <param name="Next">Where to go on with <c>from=AFTER_SEQUENCE_NUMBER</c>; null at the end of a closed shard.</param>
/// <param name="Gap">What was trimmed before it could be read; null where nothing was missed.</param>
internal sealed record RecordsAnswer(ImmutableArray<RecordAnswer> Records, string? Next, long BehindMs, string? Gap);

internal sealed record RecordAnswer(string SequenceNumber, string PartitionKey, DateTimeOffset Arrival, byte[] Data, string? ExplicitHashKey);

/// <param name="Mode"><c>Provisioned</c> or <c>OnDemand</c>; the first where shards are given, else the second.</param>
internal sealed record CreateOrder(string Name, int? Shards = null, string? Mode = null);

/// <param name="NewStartingHashKey">Null divides the shard in the middle.</param>
internal sealed record SplitOrder(string Shard, string? NewStartingHashKey = null);

internal sealed record MergeOrder(string Shard, string AdjacentShard);

internal sealed record ScaleOrder(int Shards);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StreamsAnswer))]
[JsonSerializable(typeof(StreamAnswer))]
[JsonSerializable(typeof(ShardAnswer))]
[JsonSerializable(typeof(RecordsAnswer))]
[JsonSerializable(typeof(CreateOrder))]
[JsonSerializable(typeof(SplitOrder))]
[JsonSerializable(typeof(MergeOrder))]
[JsonSerializable(typeof(ScaleOrder))]
internal sealed partial class InspectionJson : JsonSerializerContext;
