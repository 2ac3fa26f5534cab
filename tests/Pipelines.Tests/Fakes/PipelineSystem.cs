using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Shards.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace ActorStreams.Pipelines.Tests.Fakes;

/// <summary>An actor system with a journal in memory that serializes every message and event, and shows what falls back to JSON.</summary>
public static class PipelineSystem
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = WARNING
          actor.serialize-messages = on
          persistence {
            journal.plugin = "akka.persistence.journal.inmem"
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """).WithFallback(PipelineSerialization.Config).WithFallback(ShardSerialization.Config);
}

/// <summary>Stands for the sharding region: one child per consumer, started by the first message to it.</summary>
public sealed class LocalRegion : ReceiveActor
{
    public LocalRegion(ConsumerServices services)
    {
        Receive<ConsumerProtocol.IRequest>(request =>
        {
            var id = ConsumerProtocol.Id(request.Application, request.Shard);
            var name = Uri.EscapeDataString(id);
            var child = Context.Child(name);
            if (child.IsNobody()) child = Context.ActorOf(ShardConsumerActor.Props(id, services), name);
            child.Forward(request);
        });
    }

    // What cluster sharding does with an entity that fails: it is gone until the next message.
    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;
}

/// <summary>Reads back what an actor has written.</summary>
public sealed class JournalReader : ReceivePersistentActor
{
    public JournalReader(string persistenceId, IActorRef reader)
    {
        PersistenceId = persistenceId;
        var events = new List<object>();
        Recover<RecoveryCompleted>(_ => reader.Tell(new Contents(events)));
        Recover<SnapshotOffer>(offer => events.Add(offer.Snapshot));
        Recover<object>(events.Add);
        CommandAny(_ => { });
    }

    public override string PersistenceId { get; }

    public sealed record Contents(IReadOnlyList<object> Events) : INoSerializationVerificationNeeded;
}
