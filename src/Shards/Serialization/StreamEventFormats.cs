using System.Collections.Immutable;
using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using static ActorStreams.Shards.Streams.CatalogueEvents;
using static ActorStreams.Shards.Streams.StreamEvents;

namespace ActorStreams.Shards.Serialization;

/// <summary>Facts in the journals of streams and catalogues, and the snapshots of their states.</summary>
internal static class StreamEventFormats
{
    public static ManifestTable.Builder AddStreamEvents(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamEvents.Created, ToProto, StreamCreatedEvent.Parser,
            m => new Created(m.Name, StreamValues.Configuration(m.Configuration, m.Mode, m.RetentionHours), m.CreatedAtMs, m.Shards.ToSlots()))
        .Add(Manifests.StreamEvents.Activated, (Activated _) => new StreamActivatedEvent(), StreamActivatedEvent.Parser, _ => Activated.Instance)
        .Add(Manifests.StreamEvents.DeletionStarted, (DeletionStarted _) => new StreamDeletionStartedEvent(), StreamDeletionStartedEvent.Parser,
            _ => DeletionStarted.Instance)
        .Add(Manifests.StreamEvents.Deleted, (Deleted _) => new StreamDeletedEvent(), StreamDeletedEvent.Parser, _ => Deleted.Instance)
        .AddChanges()
        .AddReshards();

    private static ManifestTable.Builder AddChanges(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamEvents.Configured,
            e => new StreamConfiguredEvent { Configuration = e.Configuration.ToProto(), ModeSwitchedAtMs = e.ModeSwitchedAtMs },
            StreamConfiguredEvent.Parser, m => new Configured(Required(m.Configuration).ToConfiguration(), m.ModeSwitchedAtMs))
        .Add(Manifests.StreamEvents.ConsumerSet, e => new StreamConsumerSetEvent { Consumer = e.Consumer.ToProto() },
            StreamConsumerSetEvent.Parser, m => new ConsumerSet(m.Consumer.ToConsumer()))
        .Add(Manifests.StreamEvents.ConsumerRemoved, e => new StreamConsumerRemovedEvent { Name = e.Name },
            StreamConsumerRemovedEvent.Parser, m => new ConsumerRemoved(m.Name))
        .Add(Manifests.StreamEvents.EncryptionStarted, ToProto, StreamEncryptionStartedEvent.Parser,
            m => new EncryptionStarted(m.HasKeyId ? m.KeyId : null))
        .Add(Manifests.StreamEvents.EncryptionFinished, (EncryptionFinished _) => new StreamEncryptionFinishedEvent(),
            StreamEncryptionFinishedEvent.Parser, _ => EncryptionFinished.Instance);

    private static ManifestTable.Builder AddReshards(this ManifestTable.Builder table) => table
        .Add(Manifests.StreamEvents.ReshardStarted, ToProto, StreamReshardStartedEvent.Parser,
            m => new ReshardStarted(m.Startings.ToArray(ProtoValues.HashKey), m.ScaledAtMs))
        .Add(Manifests.StreamEvents.StepsPlanned, ToProto, StreamStepsPlannedEvent.Parser, m => new StepsPlanned(m.Steps.ToArray(StreamValues.ToStep)))
        .Add(Manifests.StreamEvents.ShardsReplaced, ToProto, StreamShardsReplacedEvent.Parser,
            m => new ShardsReplaced(m.Closed.ToSlots(), m.Opened.ToSlots()))
        .Add(Manifests.StreamEvents.ReshardFinished, (ReshardFinished _) => new StreamReshardFinishedEvent(),
            StreamReshardFinishedEvent.Parser, _ => ReshardFinished.Instance)
        .Add(Manifests.StreamEvents.ShardsForgotten, ToProto, StreamShardsForgottenEvent.Parser, m => new ShardsForgotten([.. m.Numbers]));

    private static StreamConfigurationValue Required(StreamConfigurationValue? value)
    {
        ProtoValues.Require(value, "configuration");
        return value;
    }

    private static StreamEncryptionStartedEvent ToProto(EncryptionStarted e)
    {
        var m = new StreamEncryptionStartedEvent();
        if (e.KeyId is { } key) m.KeyId = key;
        return m;
    }

    private static StreamReshardStartedEvent ToProto(ReshardStarted e)
    {
        var m = new StreamReshardStartedEvent { ScaledAtMs = e.ScaledAtMs };
        m.Startings.AddAll(e.Startings, ProtoValues.HashKey);
        return m;
    }

    private static StreamStepsPlannedEvent ToProto(StepsPlanned e)
    {
        var m = new StreamStepsPlannedEvent();
        m.Steps.AddAll(e.Steps, StreamValues.ToProto);
        return m;
    }

    private static StreamShardsReplacedEvent ToProto(ShardsReplaced e)
    {
        var m = new StreamShardsReplacedEvent();
        m.Closed.AddAll(e.Closed);
        m.Opened.AddAll(e.Opened);
        return m;
    }

    private static StreamShardsForgottenEvent ToProto(ShardsForgotten e)
    {
        var m = new StreamShardsForgottenEvent();
        m.Numbers.AddAll(e.Numbers);
        return m;
    }

    public static ManifestTable.Builder AddCatalogueEvents(this ManifestTable.Builder table) => table
        .Add(Manifests.CatalogueEvents.StreamRegistered,
            e => new CatalogueRegisteredEvent
            {
                Name = e.Name,
                Incarnation = e.Incarnation.Value,
                Shards = e.Shards,
                Mode = e.Configuration.Mode.ToProto(),
                CreatedAtMs = e.CreatedAtMs,
                Configuration = StreamValues.BeyondMode(e.Configuration),
            },
            CatalogueRegisteredEvent.Parser,
            m => new StreamRegistered(
                m.Name, new Incarnation(m.Incarnation), m.Shards, StreamValues.Configuration(m.Configuration, m.Mode), m.CreatedAtMs))
        .Add(Manifests.CatalogueEvents.StreamCounted,
            e => new CatalogueCountedEvent
            {
                Incarnation = e.Incarnation.Value,
                Shards = e.Shards,
                Mode = e.Mode.ToProto(),
                Status = e.Status.ToProto(),
            },
            CatalogueCountedEvent.Parser,
            m => new StreamCounted(new Incarnation(m.Incarnation), m.Shards, m.Mode.ToMode(), m.Status.ToStatus()))
        .Add(Manifests.CatalogueEvents.StreamActivated, e => new CatalogueActivatedEvent { Incarnation = e.Incarnation.Value },
            CatalogueActivatedEvent.Parser, m => new StreamActivated(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueEvents.StreamDeleting, e => new CatalogueDeletingEvent { Incarnation = e.Incarnation.Value },
            CatalogueDeletingEvent.Parser, m => new StreamDeleting(new Incarnation(m.Incarnation)))
        .Add(Manifests.CatalogueEvents.StreamRemoved, e => new CatalogueRemovedEvent { Incarnation = e.Incarnation.Value },
            CatalogueRemovedEvent.Parser, m => new StreamRemoved(new Incarnation(m.Incarnation)));

    public static ManifestTable.Builder AddStreamSnapshots(this ManifestTable.Builder table) => table
        .AddSnapshot(Manifests.Snapshots.Stream, ToProto, StreamSnapshot.Parser, ToState)
        .AddSnapshot(Manifests.Snapshots.Catalogue, ToProto, CatalogueSnapshot.Parser, ToState);

    private static StreamCreatedEvent ToProto(Created e)
    {
        var m = new StreamCreatedEvent
        {
            Name = e.Name,
            Mode = e.Configuration.Mode.ToProto(),
            CreatedAtMs = e.CreatedAtMs,
            RetentionHours = e.Configuration.RetentionHours,
            Configuration = StreamValues.Beyond(e.Configuration),
        };
        m.Shards.AddAll(e.Shards);
        return m;
    }

    private static StreamSnapshot ToProto(StreamState state)
    {
        var m = new StreamSnapshot
        {
            Lifecycle = ProtoValues.Known((StreamLifecycleValue)(int)state.Lifecycle),
            Name = state.Name,
            Mode = state.Configuration.Mode.ToProto(),
            CreatedAtMs = state.CreatedAtMs,
            RetentionHours = state.Configuration.RetentionHours,
            Configuration = StreamValues.Beyond(state.Configuration),
            IsChangingEncryption = state.IsChangingEncryption,
        };
        m.Shards.AddAll(state.Shards);
        m.Consumers.AddAll(state.Consumers, StreamValues.ToProto);
        if (state.NextNumber != NumberAfter(state.Shards)) m.NextNumber = state.NextNumber;
        if (state.Resharding is { } resharding)
        {
            m.Resharding = new ReshardingValue();
            m.Resharding.Startings.AddAll(resharding.Startings, ProtoValues.HashKey);
            m.Resharding.Steps.AddAll(resharding.Steps, StreamValues.ToProto);
        }
        m.ScaledAtMs.AddRange(state.ScaledAtMs);
        m.ModeSwitchedAtMs.AddRange(state.ModeSwitchedAtMs);
        return m;
    }

    private static StreamState ToState(StreamSnapshot m) => new()
    {
        Lifecycle = (StreamLifecycle)(int)ProtoValues.Known(m.Lifecycle),
        Name = m.Name,
        Configuration = StreamValues.Configuration(m.Configuration, m.Mode, m.RetentionHours),
        CreatedAtMs = m.CreatedAtMs,
        Consumers = m.Consumers.ToArray(StreamValues.ToConsumer),
        Shards = m.Shards.ToSlots(),
        NextNumber = m.HasNextNumber ? m.NextNumber : NumberAfter(m.Shards.ToSlots()),
        Resharding = m.Resharding is { } r ? new Resharding(r.Startings.ToArray(ProtoValues.HashKey), r.Steps.ToArray(StreamValues.ToStep)) : null,
        IsChangingEncryption = m.IsChangingEncryption,
        ScaledAtMs = [.. m.ScaledAtMs],
        ModeSwitchedAtMs = [.. m.ModeSwitchedAtMs],
    };

    private static int NumberAfter(ImmutableArray<ShardSlot> shards) => shards.IsDefaultOrEmpty ? 0 : shards.Max(s => s.Number) + 1;

    private static CatalogueSnapshot ToProto(CatalogueState state)
    {
        var m = new CatalogueSnapshot { LastIncarnation = state.LastIncarnation.Value, Shards = state.Shards };
        foreach (var entry in state.Streams.Values) m.Streams.Add(entry.ToProto());
        return m;
    }

    private static CatalogueState ToState(CatalogueSnapshot m)
    {
        var streams = CatalogueState.Empty.Streams.ToBuilder();
        foreach (var value in m.Streams) streams[value.Name] = value.ToEntry();
        return new CatalogueState { Streams = streams.ToImmutable(), LastIncarnation = new Incarnation(m.LastIncarnation), Shards = m.Shards };
    }
}
