using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Log;
using Akka.Configuration;

namespace ActorStreams.MultiNode.Tests.InProcess;

/// <summary>
/// The shipped settings with times that are three to five times shorter, each in its proportion to the others, so that a schedule takes
/// seconds: a lost node is noticed after 1.4 s, downed 1 s later and its shards are placed anew 0.3 s after that.
/// </summary>
internal static class ShortTimes
{
    public static Config Config { get; } = ConfigurationFactory.ParseString("""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          loggers = ["Akka.Hosting.Logging.LoggerFactoryLogger, Akka.Hosting"]
          # A killed process runs none of it.
          coordinated-shutdown.run-by-actor-system-terminate = off
          remote {
            backoff-interval = 5ms
            retry-gate-closed-for = 200ms
            handshake-timeout = 2s
            dot-netty.tcp.connection-timeout = 2s
          }
          cluster {
            leader-actions-interval = 100ms
            gossip-interval = 150ms
            unreachable-nodes-reaper-interval = 100ms
            failure-detector { heartbeat-interval = 150ms, acceptable-heartbeat-pause = 1200ms, expected-response-after = 200ms }
            split-brain-resolver.stable-after = 1s
            down-removal-margin = 300ms
            seed-node-timeout = 500ms
            retry-unsuccessful-join-after = 500ms
            singleton { hand-over-retry-interval = 200ms, lease-retry-interval = 200ms }
            sharding {
              retry-interval = 100ms
              handoff-timeout = 3s
              rebalance-interval = 700ms
              coordinator-failure-backoff = 300ms
              shard-failure-backoff = 300ms
              entity-restart-backoff = 300ms
              waiting-for-state-timeout = 700ms
              updating-state-timeout = 700ms
              distributed-data { gossip-interval = 150ms, notify-subscribers-interval = 20ms }
            }
            distributed-data { gossip-interval = 150ms, notify-subscribers-interval = 20ms }
          }
        }
        actorstreams.lease { heartbeat-timeout = 2s, heartbeat-interval = 400ms, lease-operation-timeout = 800ms }
        """);

    public static ShardOptions Shards { get; } = new()
    {
        // Longer than noticing and downing take together.
        LostShardHold = TimeSpan.FromSeconds(4),
        HoldPuts = TimeSpan.FromSeconds(1.5),
        AnswerTimeout = TimeSpan.FromSeconds(2.5),
        TipTrust = TimeSpan.FromSeconds(0.7),
        WriteTrust = TimeSpan.FromSeconds(5),
        AwakenInterval = TimeSpan.FromSeconds(1),
        // Recoveries begin at a snapshot in a run of some seconds too.
        SnapshotRowsMax = 40,
    };

    public static ConsumerOptions Consumers { get; } = new()
    {
        ReadWait = TimeSpan.FromMilliseconds(500),
        IdleReadWait = TimeSpan.FromSeconds(1.5),
        ReadRetry = new RetryDelays(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)),
        Sink = new StreamSinkOptions { Retry = new RetryDelays(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)) },
        Restart = new RetryDelays(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2)),
        DrainTimeout = TimeSpan.FromSeconds(1),
        PollInterval = TimeSpan.FromMilliseconds(300),
        IdlePollInterval = TimeSpan.FromSeconds(1.5),
    };
}
