namespace ActorStreams.Simulation.Tests;

/// <summary>
/// Defects that the simulated surroundings of the pure model can be given, one at a time. Each takes away something that the
/// design says a guarantee needs, and the simulation has to notice.
/// </summary>
public enum Mutation
{
    None,

    /// <summary>A second row with the same number replaces the first.</summary>
    StoreWithoutUniqueKey,

    /// <summary>Appends are answered when the write begins.</summary>
    AcknowledgeBeforeConfirm,

    /// <summary>A write whose outcome the store did not tell counts as done.</summary>
    AcknowledgeUnknownOutcome,

    /// <summary>An owner that lost a row goes on with the next one.</summary>
    LoserGoesOn,

    /// <summary>Commands are judged against a write that is still in flight.</summary>
    DecideAgainstUnconfirmedState,

    /// <summary>An owner that found nothing in the store goes on saying that the shard was never opened.</summary>
    UnbornOwnerStays,

    /// <summary>Recovery takes the snapshot and leaves out the events after it.</summary>
    RecoverFromSnapshotAlone,

    /// <summary>Recovery does not look whether a row is missing between snapshot and events.</summary>
    RecoveryIgnoresMissingRows,

    /// <summary>An owner that stood still acknowledges without looking whether the store went on without it.</summary>
    StalledOwnerTrustsItsWrite,

    /// <summary>Rows are deleted as soon as they are given up, so that their numbers are free again for a stalled owner.</summary>
    DeleteYoungRows,

    /// <summary>Rows are deleted before the event that gives them up is durable.</summary>
    DeleteBeforeTrimIsDurable,

    /// <summary>Rows above the older snapshot are deleted.</summary>
    DeleteAboveOlderSnapshot,

    /// <summary>Children know nothing of their parents' producers.</summary>
    ChildrenDoNotInheritProducers,

    /// <summary>The child of a merge knows the producers of one parent.</summary>
    MergeInheritsFromOneParent,

    /// <summary>Children take their arrival times from the clock alone.</summary>
    ChildrenIgnoreArrivalFloor,

    /// <summary>Children begin at generation 0 whatever their parents' was.</summary>
    ChildrenStartAtGenerationZero,

    /// <summary>Children open while their parents still take records.</summary>
    ChildrenOpenBeforeParentsClose,

    /// <summary>After a merge a producer sends again what one of the parents had already.</summary>
    ProducerIgnoresPartsAlreadyDone,

    /// <summary>Owners remember no calls, so that each try is stored.</summary>
    OwnersForgetCalls,

    /// <summary>A recovered owner judges retries by what it replayed, and does not read what was stored before its snapshot.</summary>
    RetriesAreJudgedWithoutOldRows,

    /// <summary>Retries say that they are first tries.</summary>
    RetriesLookLikeFirstTries,

    /// <summary>After a reshard a retry is sent to the children without a look at what their parents stored.</summary>
    RetriesDoNotAskParents,
}
