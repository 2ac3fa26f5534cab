using System.Text.Json.Serialization;

namespace ActorStreams.Node.Client;

internal sealed record CreateStreamRequest(string StreamName, int ShardCount);

internal sealed record StreamRequest(string StreamName);

internal sealed record DescribeStreamSummaryAnswer(StreamSummaryAnswer StreamDescriptionSummary);

internal sealed record StreamSummaryAnswer(string StreamName, string StreamStatus, int OpenShardCount);

internal sealed record PutRecordsRequest(string StreamName, IReadOnlyList<PutEntry> Records);

/// <summary>A record to put. The data goes over the wire as base64.</summary>
internal sealed record PutEntry(string PartitionKey, byte[] Data);

internal sealed record PutRecordsAnswer(int FailedRecordCount, IReadOnlyList<PutResult> Records);

/// <summary>What became of one entry: a sequence number, or an error.</summary>
internal sealed record PutResult(string? SequenceNumber, string? ShardId, string? ErrorCode, string? ErrorMessage);

internal sealed record ListShardsAnswer(IReadOnlyList<ShardAnswer> Shards);

internal sealed record ShardAnswer(string ShardId);

internal sealed record GetShardIteratorRequest(string StreamName, string ShardId, string ShardIteratorType, string? StartingSequenceNumber);

internal sealed record GetShardIteratorAnswer(string ShardIterator);

internal sealed record GetRecordsRequest(string ShardIterator, int Limit);

internal sealed record GetRecordsAnswer(IReadOnlyList<RecordAnswer> Records, string? NextShardIterator, long MillisBehindLatest);

internal sealed record RecordAnswer(string SequenceNumber, string PartitionKey, byte[] Data, double ApproximateArrivalTimestamp);

/// <summary>The error document; AWS writes the message's name now in lower case and now in upper.</summary>
internal sealed record ErrorAnswer(
    [property: JsonPropertyName("__type")] string? Type,
    [property: JsonPropertyName("message")] string? Message);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(CreateStreamRequest))]
[JsonSerializable(typeof(StreamRequest))]
[JsonSerializable(typeof(DescribeStreamSummaryAnswer))]
[JsonSerializable(typeof(PutRecordsRequest))]
[JsonSerializable(typeof(PutRecordsAnswer))]
[JsonSerializable(typeof(ListShardsAnswer))]
[JsonSerializable(typeof(GetShardIteratorRequest))]
[JsonSerializable(typeof(GetShardIteratorAnswer))]
[JsonSerializable(typeof(GetRecordsRequest))]
[JsonSerializable(typeof(GetRecordsAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class KinesisJson : JsonSerializerContext;
