using ActorStreams.Shards.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>An actor system with our bindings and nothing else.</summary>
public sealed class SerializingSystem : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("serialization", ShardSerialization.Config);

    public IReadOnlyList<TableSerializer> Serializers =>
        [.. WireTypes.All.Select(SerializerOf).Distinct().OrderBy(s => s.Identifier).Cast<TableSerializer>()];

    public Serializer SerializerOf(Type type) => _system.Serialization.FindSerializerForType(type);

    public string ManifestOf(object value) => ((SerializerWithStringManifest)SerializerOf(value.GetType())).Manifest(value);

    public byte[] Write(object value) => _system.Serialization.Serialize(value);

    /// <summary>Back by what stands beside the bytes in the journal and on the wire.</summary>
    public object Read(byte[] bytes, int serializer, string manifest) => _system.Serialization.Deserialize(bytes, serializer, manifest);

    public object RoundTrip(object value) => Read(Write(value), SerializerOf(value.GetType()).Identifier, ManifestOf(value));

    public void Dispose() => _system.Dispose();
}
