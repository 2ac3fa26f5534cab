using Akka.Actor;
using Akka.Persistence;
using Akka.Serialization;

namespace ActorStreams.Shards.Tests.Store;

/// <summary>An event whose stored manifest and bytes the test chooses.</summary>
public sealed record RawEvent(string Manifest, byte[] Payload);

public sealed class RawEventSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const string Hocon = """
        akka.actor.serializers.raw = "ActorStreams.Shards.Tests.Store.RawEventSerializer, ActorStreams.Shards.Tests"
        akka.actor.serialization-bindings."ActorStreams.Shards.Tests.Store.RawEvent, ActorStreams.Shards.Tests" = raw
        """;

    public override int Identifier => 990_001;

    public override string Manifest(object o) => ((RawEvent)o).Manifest;

    public override byte[] ToBinary(object obj) => ((RawEvent)obj).Payload;

    public override object FromBinary(byte[] bytes, string manifest) => new RawEvent(manifest, bytes);
}

/// <summary>A persistent actor that does as told and answers what came of it: <see cref="Wrote"/>, <see cref="Failed"/>, or a number.</summary>
public sealed class EventWriter : ReceivePersistentActor
{
    private IActorRef _asker = ActorRefs.Nobody;

    public EventWriter(string persistenceId)
    {
        PersistenceId = persistenceId;
        Recover<RawEvent>(_ => { });
        Command<RawEvent>(e =>
        {
            _asker = Sender;
            Persist(e, _ => Sender.Tell(new Wrote(LastSequenceNr)));
        });
        Command<DeleteTo>(d =>
        {
            _asker = Sender;
            DeleteMessages(d.Row);
        });
        Command<DeleteMessagesSuccess>(d => _asker.Tell(d.ToSequenceNr));
        Command<AskHighest>(_ => Sender.Tell(LastSequenceNr));
    }

    public sealed record Wrote(long Row);

    public sealed record Failed(Exception Cause);

    public sealed record DeleteTo(long Row);

    public sealed record AskHighest;

    public override string PersistenceId { get; }

    public static Props Props(string persistenceId) => Akka.Actor.Props.Create(() => new EventWriter(persistenceId));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _asker.Tell(new Failed(cause));
        base.OnPersistFailure(cause, @event, sequenceNr);
    }
}
