namespace ActorStreams.Gateway.Limits;

/// <summary>Which rates a gateway holds its clients to.</summary>
public enum LimitsMode
{
    /// <summary>None: what the node can bear. Sizes, quotas and validation are those of Kinesis all the same.</summary>
    Open,

    /// <summary>Those of Kinesis and Firehose, for programs that must meet its throttling before they meet the real one.</summary>
    Compat,
}
