namespace ActorStreams.Simulation.Tests.Applications;

/// <summary>
/// Defects that can be given to what surrounds the pure models of lease, coordinator and consumer, one at a time. Each takes away something that the
/// design says a guarantee needs, and the simulation has to notice.
/// </summary>
public enum ApplicationMutation
{
    None,

    /// <summary>An owner counts from when the answer came, not from before it asked.</summary>
    LeaseIsBelievedFromItsAnswer,

    /// <summary>An owner believes to hold its lease until it is told otherwise, however long it was stopped.</summary>
    LeaseIsBelievedWithoutAClock,

    /// <summary>An owner goes by the clock that stands still with a suspended machine, and by no other.</summary>
    LeaseIsBelievedBySuspendedClock,

    /// <summary>A release ends whatever its owner holds by then.</summary>
    LeaseIsReleasedByNameAlone,

    /// <summary>Whether a lease has expired is decided by the clock of whoever asks.</summary>
    LeaseExpiresByTheAskersClock,

    /// <summary>A grant to another owner keeps the epoch.</summary>
    LeaseKeepsItsEpoch,

    /// <summary>A second row with the same number is written behind the first.</summary>
    JournalWithoutUniqueKey,

    /// <summary>Who lost a row to another goes on with the next one.</summary>
    ApplicationGoesOnAfterALostRow,

    /// <summary>Commands to the coordinator are answered when the write begins.</summary>
    CommandsAreAnsweredBeforeTheyAreDurable,

    /// <summary>A coordinator begins without a row of its own, so that a former one can go on behind what it has read.</summary>
    CoordinatorsDoNotTakeOver,

    /// <summary>A coordinator that stopped because a write failed is not started again.</summary>
    CoordinatorStaysDown,

    /// <summary>The consumers of children are told to run while their parents' still do.</summary>
    ChildrenRunBesideTheirParents,

    /// <summary>A consumer attaches to its sink before its start is durable.</summary>
    ConsumerAttachesBeforeItsStartIsDurable,

    /// <summary>A checkpoint says what was read, not what the sink confirmed.</summary>
    CheckpointRunsAheadOfTheSink,

    /// <summary>A consumer says that it has finished before that is durable.</summary>
    FinishIsToldBeforeItIsDurable,

    /// <summary>The sink takes what comes under the newest epoch, whether it has it or not.</summary>
    SinkForgetsPositions,

    /// <summary>The sink takes what comes under an older epoch.</summary>
    SinkIgnoresEpochs,
}
