using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>How the error output says that a record's data is not JSON.</summary>
internal static class NotJson
{
    public static string Said(JsonException e) => $"The data is not JSON: wrong at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}.";
}
