using System.Collections.Concurrent;
using System.Diagnostics;
using ActorStreams.Clustering;
using ActorStreams.Shards.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace ActorStreams.Benchmarks.Transport;

/// <summary>An actor system with the settings of a node, whose heart-beats are counted.</summary>
internal static class TransportSystem
{
    public const string Name = "transport";

    /// <summary>As often as it takes for percentiles of a short run; nodes send them every 500 ms.</summary>
    public static readonly TimeSpan HeartBeatInterval = TimeSpan.FromMilliseconds(100);

    public static ActorSystem Start(string more)
    {
        var own = ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              cluster.failure-detector {
                implementation-class = "{{typeof(CountingFailureDetector).FullName}}, {{typeof(CountingFailureDetector).Assembly.GetName().Name}}"
                heartbeat-interval = {{HeartBeatInterval.TotalMilliseconds}}ms
              }
            }
            """);
        return ActorSystem.Create(Name, ConfigurationFactory.ParseString(more).WithFallback(own)
            .WithFallback(ClusterHosting.Config).WithFallback(ShardSerialization.Config));
    }
}

/// <summary>Akka's own, which also keeps when each heart-beat came.</summary>
public sealed class CountingFailureDetector(Config config, EventStream events) : PhiAccrualFailureDetector(config, events)
{
    private static readonly ConcurrentQueue<long> s_cameAt = new();

    public override void HeartBeat()
    {
        s_cameAt.Enqueue(Stopwatch.GetTimestamp());
        base.HeartBeat();
    }

    /// <summary>By how much each heart-beat of this window came later than one interval after the one before, in stopwatch ticks.</summary>
    public static List<long> DelaysSince(long start, TimeSpan interval)
    {
        var times = s_cameAt.Where(at => at >= start).ToList();
        var due = (long)(interval.TotalSeconds * Stopwatch.Frequency);
        return [.. times.Zip(times.Skip(1), (before, at) => Math.Max(0, at - before - due))];
    }
}
