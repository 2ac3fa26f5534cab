using System.Reflection;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Akka.Actor;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>Everything that is stored or sent, found by the interfaces that protocols and events declare.</summary>
public static class WireTypes
{
    private static readonly Type[] s_states = [typeof(ShardState), typeof(StreamState), typeof(CatalogueState)];

    public static IReadOnlyList<Type> Markers { get; } =
    [
        .. from outer in typeof(ShardSerializer).Assembly.GetExportedTypes()
           where outer is { IsAbstract: true, IsSealed: true }
               && (outer.Name.EndsWith("Protocol", StringComparison.Ordinal) || outer.Name.EndsWith("Events", StringComparison.Ordinal))
           from marker in outer.GetNestedTypes(BindingFlags.Public)
           where marker.IsInterface
           select marker,
    ];

    public static IReadOnlyList<Type> All { get; } =
    [
        .. from type in typeof(ShardSerializer).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false } && Markers.Any(marker => marker.IsAssignableFrom(type))
               // What an actor only tells itself says so by this interface.
               && !typeof(INoSerializationVerificationNeeded).IsAssignableFrom(type)
           select type,
        .. s_states,
    ];
}
