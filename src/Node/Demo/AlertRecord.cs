using System.Text.Json.Serialization;

namespace ActorStreams.Node.Demo;

/// <summary>An alert as the pipeline writes it.</summary>
internal sealed record AlertRecord(string Time, string Key, double Value, double Mean, double Deviation, double Score, string SequenceNumber);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlertRecord))]
internal sealed partial class AlertJson : JsonSerializerContext;
