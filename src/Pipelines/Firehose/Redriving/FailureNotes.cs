using System.Text.Json;
using System.Text.Json.Serialization;
using ActorStreams.Pipelines.Firehose.Destinations;

namespace ActorStreams.Pipelines.Firehose.Redriving;

/// <summary>What a note speaks of.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureKind>))]
public enum FailureKind
{
    /// <summary>An object of the error output: records with their reasons.</summary>
    Records = 1,

    /// <summary>An object that lies at the destination and was not loaded.</summary>
    Object = 2,

    /// <summary>An object of the error output with records that went through all steps, and that the destination did not take.</summary>
    Processed = 3,
}

/// <summary>Something that was not delivered and can be sent again.</summary>
/// <param name="Key">Of the object in the bucket.</param>
/// <param name="Oldest">Arrival of its first record.</param>
public sealed record Failure(FailureKind Kind, string Key, DateTimeOffset Oldest);

/// <summary>
/// Notes in the bucket itself, one small object for each failure and one more once it was sent again, under names that no prefix of objects need know of:
/// <c>actorstreams-failed/{region}/{stream}/{id}</c> and <c>actorstreams-redriven/{region}/{stream}/{id}</c>.
/// </summary>
internal static class FailureNotes
{
    public static string PrefixOf(DeliveryDefinition of) => $"actorstreams-failed/{of.Region}/{of.Stream}/";

    /// <summary>Of a note's key: the one that says that it was sent again.</summary>
    public static string RedrivenOf(DeliveryDefinition of, string note) => $"actorstreams-redriven/{of.Region}/{of.Stream}/{note[PrefixOf(of).Length..]}";

    public static byte[] Write(Failure failure) => JsonSerializer.SerializeToUtf8Bytes(failure, FailureJson.Default.Failure);

    public static async Task<Failure> ReadAsync(string file, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(file);
        return await JsonSerializer.DeserializeAsync(stream, FailureJson.Default.Failure, cancel) ?? throw new InvalidDataException("A note of a failure is empty.");
    }
}

[JsonSerializable(typeof(Failure))]
internal sealed partial class FailureJson : JsonSerializerContext;
