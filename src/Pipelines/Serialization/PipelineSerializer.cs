using System.Collections.Immutable;
using ActorStreams.Pipelines.Checkpointing;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Pipelines.Serialization.Proto;
using ActorStreams.Shards.Serialization;
using Akka.Actor;
using static ActorStreams.Pipelines.Consumers.ConsumerEvents;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.ApplicationEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorEvents;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Serialization;

/// <summary>Events, snapshots and messages of pipelines.</summary>
public sealed class PipelineSerializer(ExtendedActorSystem system) : TableSerializer(system, Id, s_table)
{
    /// <summary>Stored beside each row of a pipeline's actors, for ever.</summary>
    public const int Id = 491;

    private static readonly ManifestTable s_table = DeliveryMessages.AddTo(Messages(LeaseEvents(ConsumerEvents(new ManifestTable.Builder())))).Build();

    internal static IEnumerable<Type> WrittenTypes => s_table.Types;

    internal static IEnumerable<string> ReadManifests => s_table.Manifests;

    private static ManifestTable.Builder ConsumerEvents(ManifestTable.Builder table) => table
        .Add(Manifests.ConsumerStarted,
            (ConsumerStarted e) => new ConsumerStartedEvent { Epoch = e.Epoch, Start = e.Start.ToProto(), AtMs = e.AtMs, Node = e.Node },
            ConsumerStartedEvent.Parser, v => new ConsumerStarted(v.Epoch, v.Start.ToPosition(), v.AtMs) { Node = v.Node })
        .Add(Manifests.Checkpointed,
            (Checkpointed e) => new CheckpointedEvent { Position = e.Position.ToProto(), Counts = e.Counts.ToProto(), AtMs = e.AtMs },
            CheckpointedEvent.Parser, v => new Checkpointed(v.Position.ToPosition(), v.Counts.ToCounts(), v.AtMs))
        .Add(Manifests.ConsumerFinished,
            (ConsumerFinished e) => new ConsumerFinishedEvent { AtMs = e.AtMs }, ConsumerFinishedEvent.Parser, v => new ConsumerFinished(v.AtMs))
        .Add(Manifests.ConsumerReset,
            (ConsumerReset e) => new ConsumerResetEvent { Life = e.Life, AtMs = e.AtMs }, ConsumerResetEvent.Parser, v => new ConsumerReset(v.Life, v.AtMs))
        .Add(Manifests.BatchIntended,
            (BatchIntended e) => new BatchIntendedEvent { Intent = e.Intent.ToProto(), AtMs = e.AtMs },
            BatchIntendedEvent.Parser, v => new BatchIntended(v.Intent.ToIntent()!, v.AtMs))
        .AddSnapshot<ConsumerSnapshot, ConsumerSnapshotState>(Manifests.ConsumerSnapshot, Snapshot, ConsumerSnapshotState.Parser, Snapshot);

    private static ManifestTable.Builder LeaseEvents(ManifestTable.Builder table) => table
        .Add(Manifests.SourceFound,
            (SourceFound e) => new SourceFoundEvent { Stream = e.Stream.ToProto(), AtMs = e.AtMs },
            SourceFoundEvent.Parser, v => new SourceFound(v.Stream.ToKey(), v.AtMs))
        .Add(Manifests.LeasesAdded,
            (LeasesAdded e) =>
            {
                var value = new LeasesAddedEvent();
                value.Leases.AddAll(e.Leases, PipelineValues.ToProto);
                return value;
            },
            LeasesAddedEvent.Parser, v => new LeasesAdded(v.Leases.ToArray(l => l.ToLease())))
        .Add(Manifests.LeaseEnded,
            (LeaseEnded e) => new LeaseEndedEvent { Shard = e.Shard, Outcome = (int)e.Outcome, AtMs = e.AtMs },
            LeaseEndedEvent.Parser, v => new LeaseEnded(v.Shard, PipelineValues.Known<LeaseOutcome>(v.Outcome), v.AtMs))
        .Add(Manifests.LeaseInterrupted,
            (LeaseInterrupted e) => new LeaseInterruptedEvent
            {
                Shard = e.Shard,
                Kind = (int)e.Kind,
                Cause = e.Cause,
                Placement = e.Placement.ToProto(),
                AtMs = e.AtMs,
            },
            LeaseInterruptedEvent.Parser, v => new LeaseInterrupted(
                v.Shard, PipelineValues.Known<LeaseInterruption>(v.Kind), v.Cause, v.Placement.ToPlacement(), v.AtMs))
        .Add(Manifests.ApplicationTookOver,
            (ApplicationTookOver e) => new ApplicationTookOverEvent { AtMs = e.AtMs }, ApplicationTookOverEvent.Parser, v => new ApplicationTookOver(v.AtMs))
        .Add(Manifests.ApplicationCreated,
            (ApplicationCreated e) => new ApplicationCreatedEvent { CreatedMs = e.CreatedMs, AtMs = e.AtMs },
            ApplicationCreatedEvent.Parser, v => new ApplicationCreated(v.CreatedMs, v.AtMs))
        .Add(Manifests.ApplicationPaused,
            (ApplicationPaused e) => new ApplicationPausedEvent { AtMs = e.AtMs }, ApplicationPausedEvent.Parser, v => new ApplicationPaused(v.AtMs))
        .Add(Manifests.ApplicationResumed,
            (ApplicationResumed e) => new ApplicationResumedEvent { AtMs = e.AtMs }, ApplicationResumedEvent.Parser, v => new ApplicationResumed(v.AtMs))
        .Add(Manifests.PositionsReset,
            (PositionsReset e) =>
            {
                var value = new PositionsResetEvent { Life = e.Life, To = e.To, AtMs = e.AtMs };
                value.Leases.AddAll(e.Leases, PipelineValues.ToProto);
                return value;
            },
            PositionsResetEvent.Parser, v => new PositionsReset(v.Life, v.To, v.Leases.ToArray(l => l.ToLease()), v.AtMs))
        .AddSnapshot<ApplicationSnapshot, ApplicationSnapshotState>(Manifests.ApplicationSnapshot, Snapshot, ApplicationSnapshotState.Parser, Snapshot)
        .Add(Manifests.ApplicationAdded,
            (ApplicationAdded e) => new ApplicationAddedEvent { Definition = e.Definition.ToProto() },
            ApplicationAddedEvent.Parser, v => new ApplicationAdded(v.Definition.ToDefinition()))
        .Add(Manifests.ApplicationRemoved,
            (ApplicationRemoved e) => new ApplicationRemovedEvent { Name = e.Name },
            ApplicationRemovedEvent.Parser, v => new ApplicationRemoved(v.Name))
        .Add(Manifests.CoordinatorTookOver,
            (CoordinatorTookOver e) => new CoordinatorTookOverEvent { AtMs = e.AtMs },
            CoordinatorTookOverEvent.Parser, v => new CoordinatorTookOver(v.AtMs));

    private static ManifestTable.Builder Messages(ManifestTable.Builder table) => table
        .Add(Manifests.RunConsumer,
            (RunConsumer m) =>
            {
                var value = new RunConsumerMessage
                {
                    Definition = m.Definition.ToProto(),
                    Shard = m.Shard.ToLeased(),
                    Range = m.Range.ToValue(),
                    Start = (int)m.Start,
                    Placement = m.Placement.ToProto(),
                    Life = m.Life,
                };
                if (m.From is { } from) value.From = from.ToProto();
                value.Parents.AddAll(m.Parents);
                return value;
            },
            RunConsumerMessage.Parser, v => new RunConsumer(
                v.Definition.ToDefinition(), v.Shard.ToKey(), v.Range.ToRange(),
                PipelineValues.Known<Definitions.StartPosition>(v.Start), v.Parents.ToArray(p => p))
            {
                Placement = v.Placement.ToPlacement(),
                Life = v.Life,
                From = v.From?.ToPosition(),
            })
        .Add(Manifests.StopConsumer,
            (StopConsumer m) => new StopConsumerMessage
            {
                Application = m.Application,
                Shard = m.Shard.ToLeased(),
                Placement = m.Placement.ToProto(),
            },
            StopConsumerMessage.Parser, v => new StopConsumer(v.Application, v.Shard.ToKey()) { Placement = v.Placement.ToPlacement() })
        .Add(Manifests.Drain, (Drain _) => new DrainMessage(), DrainMessage.Parser, _ => Drain.Instance)
        .Add<ConsumerStatus, ConsumerStatusMessage>(Manifests.ConsumerStatus, Status, ConsumerStatusMessage.Parser, Status)
        .Add(Manifests.StartApplication,
            (StartApplication m) => new StartApplicationMessage { Definition = m.Definition.ToProto() },
            StartApplicationMessage.Parser, v => new StartApplication(v.Definition.ToDefinition()))
        .Add(Manifests.StopApplication,
            (StopApplication m) => new StopApplicationMessage { Name = m.Name }, StopApplicationMessage.Parser, v => new StopApplication(v.Name))
        .Add(Manifests.ApplicationDone,
            (ApplicationDone m) => new ApplicationDoneMessage { Name = m.Name, WasThere = m.WasThere },
            ApplicationDoneMessage.Parser, v => new ApplicationDone(v.Name, v.WasThere))
        .Add(Manifests.PauseApplication,
            (PauseApplication m) => new PauseApplicationMessage { Name = m.Name }, PauseApplicationMessage.Parser, v => new PauseApplication(v.Name))
        .Add(Manifests.ResumeApplication,
            (ResumeApplication m) => new ResumeApplicationMessage { Name = m.Name }, ResumeApplicationMessage.Parser, v => new ResumeApplication(v.Name))
        .Add(Manifests.ReleaseLease,
            (ReleaseLease m) => new ReleaseLeaseMessage { Name = m.Name, Shard = m.Shard },
            ReleaseLeaseMessage.Parser, v => new ReleaseLease(v.Name, v.Shard))
        .Add(Manifests.ResetPositions,
            (ResetPositions m) =>
            {
                var value = new ResetPositionsMessage { Name = m.Name, End = (int)m.Target.End };
                if (m.Target.At is { } at) value.AtMs = at.ToUnixTimeMilliseconds();
                return value;
            },
            ResetPositionsMessage.Parser, v => new ResetPositions(v.Name, new ResetTarget(
                PipelineValues.Known<Definitions.StartPosition>(v.End), v.HasAtMs ? PipelineValues.Time(v.AtMs) : null)))
        .Add(Manifests.OperatorAnswer,
            (OperatorAnswer m) => new OperatorAnswerMessage { Outcome = (int)m.Outcome, Message = m.Message },
            OperatorAnswerMessage.Parser, v => new OperatorAnswer(PipelineValues.Known<OperatorOutcome>(v.Outcome), v.Message))
        .Add(Manifests.GetStatus, (GetStatus _) => new GetStatusMessage(), GetStatusMessage.Parser, _ => GetStatus.Instance)
        .Add(Manifests.PipelinesStatus,
            (PipelinesStatus m) =>
            {
                var value = new PipelinesStatusMessage();
                value.Applications.AddAll(m.Applications, Status);
                return value;
            },
            PipelinesStatusMessage.Parser, v => new PipelinesStatus(v.Applications.ToArray(Status)))
        .Add<ApplicationStatus, ApplicationStatusMessage>(Manifests.ApplicationStatus, Status, ApplicationStatusMessage.Parser, Status);

    private static ConsumerSnapshotState Snapshot(ConsumerSnapshot snapshot)
    {
        var state = snapshot.State;
        var value = new ConsumerSnapshotState
        {
            Epoch = state.Epoch,
            Start = state.Start.ToProto(),
            Checkpoint = state.Checkpoint.ToProto(),
            Counts = state.Counts.ToProto(),
            StartsSinceProgress = state.StartsSinceProgress,
            CheckpointedAtMs = state.CheckpointedAtMs,
            IsFinished = state.IsFinished,
            Position = snapshot.Position.ToProto(),
            OperatorKind = snapshot.Operator.Kind,
            Life = state.Life,
            Node = state.Node,
            Intent = state.Intent?.ToProto(),
        };
        if (!state.HasStarted) value.HasStarted = false;
        value.Keys.AddAll(snapshot.Operator.Keys, PipelineValues.ToProto);
        return value;
    }

    private static ConsumerSnapshot Snapshot(ConsumerSnapshotState value) => new(
        new ConsumerState
        {
            Epoch = value.Epoch,
            Start = value.Start.ToPosition(),
            Checkpoint = value.Checkpoint.ToPosition(),
            Counts = value.Counts.ToCounts(),
            StartsSinceProgress = value.StartsSinceProgress,
            CheckpointedAtMs = value.CheckpointedAtMs,
            IsFinished = value.IsFinished,
            Life = value.Life,
            Node = value.Node,
            Intent = value.Intent.ToIntent(),
            HasStarted = !value.HasHasStarted || value.HasStarted,
        },
        value.Position.ToPosition(),
        new OperatorState(value.OperatorKind, value.Keys.ToArray(PipelineValues.ToKeyState)));

    private static ApplicationSnapshotState Snapshot(ApplicationSnapshot snapshot)
    {
        var state = snapshot.State;
        var value = new ApplicationSnapshotState { Source = state.Source?.ToProto(), IsPaused = state.IsPaused, Life = state.Life, CreatedMs = state.CreatedMs };
        value.Leases.AddAll([.. state.Leases.Values], PipelineValues.ToProto);
        return value;
    }

    private static ApplicationSnapshot Snapshot(ApplicationSnapshotState value) => new(new ApplicationState
    {
        Source = value.Source is { } source ? source.ToKey() : null,
        Leases = ImmutableSortedDictionary.CreateRange(value.Leases.Select(l => KeyValuePair.Create(l.Shard, l.ToLease()))),
        IsPaused = value.IsPaused,
        Life = value.Life,
        CreatedMs = value.CreatedMs,
    });

    private static ConsumerStatusMessage Status(ConsumerStatus status)
    {
        var value = new ConsumerStatusMessage
        {
            Application = status.Application,
            Shard = status.Shard.ToLeased(),
            Phase = (int)status.Phase,
            Detail = status.Detail,
            Epoch = status.Epoch,
            Checkpoint = status.Checkpoint.ToProto(),
            LagMs = status.LagMs,
            Counts = status.Counts.ToProto(),
            LastGap = status.LastGap,
            Node = status.Node,
            Placement = status.Placement.ToProto(),
            Life = status.Life,
            Health = status.Health?.ToProto(),
        };
        if (status.LagRecords is { } records) value.LagRecords = records;
        return value;
    }

    private static ConsumerStatus Status(ConsumerStatusMessage value) => new(
        value.Application, value.Shard.ToKey(), PipelineValues.Known<ConsumerPhase>(value.Phase), value.Detail, value.Epoch,
        value.Checkpoint.ToPosition(), value.LagMs, value.HasLagRecords ? value.LagRecords : null, value.Counts.ToCounts(), value.LastGap, value.Node)
    {
        Placement = value.Placement.ToPlacement(),
        Life = value.Life,
        Health = value.Health?.ToHealth(),
    };

    private static ApplicationStatusMessage Status(ApplicationStatus status)
    {
        var value = new ApplicationStatusMessage
        {
            Name = status.Name,
            Phase = (int)status.Phase,
            Detail = status.Detail,
            Source = status.Source.ToProto(),
            Output = status.Output?.ToProto(),
            DeadLetters = status.DeadLetters?.ToProto(),
            IsPaused = status.IsPaused,
            Life = status.Life,
        };
        value.Leases.AddAll(status.Leases, l =>
        {
            var lease = new LeaseStatusValue { Shard = l.Shard.ToLeased(), Lease = l.Lease.ToProto(), IsWanted = l.IsWanted };
            if (l.HeardAgoMs is { } ago) lease.HeardAgoMs = ago;
            if (l.Consumer is { } consumer) lease.Consumer = Status(consumer);
            return lease;
        });
        return value;
    }

    private static ApplicationStatus Status(ApplicationStatusMessage value) => new(
        value.Name, PipelineValues.Known<ApplicationPhase>(value.Phase), value.Detail, value.Source.ToId(), value.Output is null ? null : value.Output.ToId(),
        value.DeadLetters is null ? null : value.DeadLetters.ToId(),
        value.Leases.ToArray(l => new LeaseStatus(l.Shard.ToKey(), l.Lease.ToLease(), l.Consumer is null ? null : Status(l.Consumer))
        {
            HeardAgoMs = l.HasHeardAgoMs ? l.HeardAgoMs : null,
            IsWanted = l.IsWanted,
        }))
    {
        IsPaused = value.IsPaused,
        Life = value.Life,
    };
}
