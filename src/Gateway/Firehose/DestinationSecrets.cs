using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Firehose;

/// <summary>What in the document of a destination only the destination may know.</summary>
internal static class DestinationSecrets
{
    private static readonly ImmutableArray<(string? Part, string Member)> s_all = [(null, "Password"), (null, "HECToken"), ("EndpointConfiguration", "AccessKey")];

    /// <summary>The document without them.</summary>
    public static JsonObject Removed(JsonObject configuration)
    {
        var shown = (JsonObject)configuration.DeepClone();
        foreach (var (part, member) in s_all) In(shown, part)?.Remove(member);
        return shown;
    }

    /// <summary>Paths of those that a document has.</summary>
    public static IEnumerable<string> Said(JsonObject configuration) => s_all.Where(s => Find(configuration, s) is not null).Select(PathOf);

    /// <summary>Paths of those that are said and are others than those that are there.</summary>
    public static IEnumerable<string> Changed(JsonObject present, JsonObject said) =>
        from secret in s_all
        let now = Find(said, secret)
        where now is not null && !IsSame(now, Find(present, secret) ?? "")
        select PathOf(secret);

    private static string PathOf((string? Part, string Member) secret) => secret.Part is null ? secret.Member : $"{secret.Part}.{secret.Member}";

    private static string? Find(JsonObject configuration, (string? Part, string Member) secret) => In(configuration, secret.Part)?[secret.Member]?.GetValue<string>();

    /// <summary>In a time that does not tell how much of it is right.</summary>
    private static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));

    private static JsonObject? In(JsonObject configuration, string? part) => part is null ? configuration : configuration[part] as JsonObject;
}
