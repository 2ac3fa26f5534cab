using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using Akka.Configuration;
using Akka.Hosting;

namespace ActorStreams.Shards.Serialization;

/// <summary>Binds the serializers of this assembly, so that nothing of ours falls back to JSON.</summary>
public static class ShardSerialization
{
    private sealed record Area(string Name, Type Serializer, Type[] Bound);

    private static readonly Area[] s_areas =
    [
        new("actorstreams-shard", typeof(ShardSerializer),
            [typeof(ShardProtocol.IMessage), typeof(ShardEvents.IShardEvent), typeof(ShardState)]),
        new("actorstreams-stream", typeof(StreamSerializer),
            [typeof(StreamProtocol.IMessage), typeof(StreamEvents.IStreamEvent), typeof(StreamState),
             typeof(CatalogueProtocol.IMessage), typeof(CatalogueEvents.ICatalogueEvent), typeof(CatalogueState)]),
    ];

    /// <summary>Serializers and bindings alone; for systems that are not built with Akka.Hosting.</summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString(Hocon());

    public static AkkaConfigurationBuilder WithShardSerialization(this AkkaConfigurationBuilder builder) =>
        builder.AddHocon(Config, HoconAddMode.Prepend);

    // From the types themselves, so that a renamed one can't lose its binding.
    private static string Hocon() => $$"""
        akka.actor {
          serializers { {{string.Join("\n", s_areas.Select(a => $"{a.Name} = \"{NameOf(a.Serializer)}\""))}} }
          serialization-bindings { {{string.Join("\n", s_areas.SelectMany(a => a.Bound.Select(b => $"\"{NameOf(b)}\" = {a.Name}")))}} }
        }
        """;

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
