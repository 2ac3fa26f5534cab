using Akka.Actor;
using Akka.Serialization;

namespace ActorStreams.Shards.Serialization;

/// <summary>One area's serializer: a fixed id, and a table that says what each manifest is.</summary>
public abstract class TableSerializer : SerializerWithStringManifest
{
    private readonly ManifestTable _table;

    private protected TableSerializer(ExtendedActorSystem system, int identifier, ManifestTable table)
        : base(system)
    {
        Identifier = identifier;
        _table = table;
    }

    /// <summary>Stored beside each row, so it never changes.</summary>
    public sealed override int Identifier { get; }

    internal ManifestTable Table => _table;

    public sealed override string Manifest(object o) => _table.Manifest(o);

    public sealed override byte[] ToBinary(object obj) => _table.Write(obj);

    public sealed override object FromBinary(byte[] bytes, string manifest) => _table.Read(bytes, manifest);
}
