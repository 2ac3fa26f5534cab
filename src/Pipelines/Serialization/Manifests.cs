namespace ActorStreams.Pipelines.Serialization;

/// <summary>
/// Names of everything that pipelines store or send, with its version as the last character. One that was ever shipped is never
/// renamed, given another meaning or left without a reader.
/// </summary>
internal static class Manifests
{
    /// <summary>C: facts in a shard consumer's journal, and its snapshot.</summary>
    public const string ConsumerStarted = "CS1";
    public const string Checkpointed = "CP1";
    public const string ConsumerFinished = "CF1";
    public const string ConsumerReset = "CR1";
    public const string ConsumerSnapshot = "CK1";
    public const string BatchIntended = "CB1";

    /// <summary>A: facts in an application's journal, and its snapshot.</summary>
    public const string SourceFound = "AS1";
    public const string LeasesAdded = "AL1";
    public const string LeaseEnded = "AE1";
    public const string LeaseInterrupted = "AI1";
    public const string ApplicationTookOver = "AT1";
    public const string ApplicationCreated = "AC1";
    public const string ApplicationPaused = "AP1";
    public const string ApplicationResumed = "AR1";
    public const string PositionsReset = "AZ1";
    public const string ApplicationSnapshot = "AK1";

    /// <summary>K: facts in the coordinator's journal.</summary>
    public const string ApplicationAdded = "KA1";
    public const string ApplicationRemoved = "KR1";
    public const string CoordinatorTookOver = "KT1";

    /// <summary>W: a shard consumer, told and telling.</summary>
    public const string RunConsumer = "WR1";
    public const string StopConsumer = "WS1";
    public const string Drain = "WD1";
    public const string ConsumerStatus = "WT1";

    /// <summary>D: the coordinator, asked about delivery streams and answering.</summary>
    public const string AddDelivery = "DA1";
    public const string ReplaceDelivery = "DR1";
    public const string RemoveDelivery = "DX1";
    public const string GetDelivery = "DG1";
    public const string ListDeliveries = "DL1";
    public const string DeliveryReply = "DO1";
    public const string Deliveries = "DS1";

    /// <summary>M: the coordinator, asked and answering.</summary>
    public const string StartApplication = "MS1";
    public const string StopApplication = "MX1";
    public const string ApplicationDone = "MD1";
    public const string GetStatus = "MG1";
    public const string PipelinesStatus = "MP1";
    public const string ApplicationStatus = "MA1";
    public const string PauseApplication = "MH1";
    public const string ResumeApplication = "MR1";
    public const string ReleaseLease = "ML1";
    public const string ResetPositions = "MZ1";
    public const string OperatorAnswer = "MO1";
}
