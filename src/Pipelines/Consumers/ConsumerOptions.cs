using ActorStreams.Pipelines.Sinks;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>How consumers and their coordinator work, the same for every pipeline of a node.</summary>
public sealed record ConsumerOptions
{
    /// <summary>Records of one read, the unit that moves through a graph. Small costs a round per read, large memory and latency.</summary>
    public int ReadRecordsMax { get; init; } = 1_000;

    /// <summary>Payload bytes of one read; up to four reads of a graph are in memory at once.</summary>
    public int ReadBytesMax { get; init; } = 1 << 20;

    /// <summary>How long a read at the tip waits for records. Short costs idle rounds; long delays nothing.</summary>
    public TimeSpan ReadWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same for a shard in which nothing was found for <see cref="IdleAfter"/>, nor since the start. Short costs idle rounds. Long, and the loss of
    /// its owner with a node is noticed late, by this and <see cref="AnswerPatience"/>; together they are about what the next owner takes to come.
    /// </summary>
    public TimeSpan IdleReadWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>No shorter than the longest interval of a batch, whose end is noticed when a read is answered.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(900);

    /// <summary>Waits between reads of a shard that does not answer.</summary>
    public RetryDelays ReadRetry { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    public StreamSinkOptions Sink { get; init; } = new();

    public WebhookOptions Webhook { get; init; } = new();

    /// <summary>Records after which a checkpoint is due before its interval is over.</summary>
    public int CheckpointRecordsMax { get; init; } = 100_000;

    /// <summary>
    /// How often a consumer that has nothing to checkpoint looks whether its graph gives signs of life and whether it is still wanted, of which the
    /// coordinator's word reminds it too.
    /// </summary>
    public TimeSpan IdleLookInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Waits between restarts of a graph that failed.</summary>
    public RetryDelays Restart { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>How long a consumer that is told to go may finish what it has begun; what is not done by then is done again elsewhere.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long nothing may be heard of a consumer, and no stage of its graph may take a step, before it is started again or moved. Too short,
    /// and what is slow for a good reason is disturbed: the longest legitimate wait between two steps is one answer of a shard, 8 s, or one
    /// of the webhook, 5 s. Too long, and a shard stands still for as long.
    /// </summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Leases of one application that may be on the move at once, not heard of yet at their new place: what a node hosts that got stuck goes
    /// over in steps, and where no node can start consumers, no more than these wander.
    /// </summary>
    public int MovesAtOnce { get; init; } = 8;

    /// <summary>
    /// How long a node does not start a consumer again that another incarnation shut out; longer than a partition takes to be decided, so that
    /// its two sides do not shut each other out in turns.
    /// </summary>
    public TimeSpan FencedHold { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an answer of a stream is waited for before it is asked again; doubled as long as none comes. A message to a node that has just
    /// died is lost, and the longer time-outs of the client would hold a consumer back after the shard is there again.
    /// </summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often an application looks at its streams and makes sure that its consumers run.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The same where all consumers are idle. It must be well below the time after which a node that vanished is removed, so that by then a consumer
    /// that was on it has not answered, and below <see cref="SilentAfter"/>.
    /// </summary>
    public TimeSpan IdlePollInterval { get; init; } = TimeSpan.FromSeconds(5);
}
