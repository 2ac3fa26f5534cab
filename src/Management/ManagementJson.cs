using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorStreams.Management;

internal sealed record AliveAnswer(string Status);

/// <param name="Parts">Each part of the node with what it waits for; null where it is there.</param>
internal sealed record ReadyAnswer(bool Ready, IReadOnlyDictionary<string, string?> Parts);

internal sealed record UnknownPageAnswer(string Message, IReadOnlyList<string> Pages);

/// <summary>What was done, or why not: the shape in which Akka.Management answers changes too.</summary>
internal sealed record MessageAnswer(string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AliveAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(UnknownPageAnswer))]
internal sealed partial class ManagementJson : JsonSerializerContext;
