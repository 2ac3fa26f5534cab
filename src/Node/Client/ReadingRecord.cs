using System.Text.Json.Serialization;

namespace ActorStreams.Node.Client;

/// <summary>The data of a record that the demo and the replay put.</summary>
/// <param name="Time">When the value was measured, as its source writes it.</param>
/// <param name="Metric">Also the record's partition key.</param>
/// <param name="Marked">True on the demo's own spike, so that nobody takes it for a real one; absent elsewhere.</param>
internal sealed record ReadingRecord(string Time, string Metric, double Value, bool? Marked = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadingRecord))]
internal sealed partial class ReadingJson : JsonSerializerContext;
