using System.Collections.Concurrent;

namespace ActorStreams.MultiNode.Tests.Workloads;

/// <summary>All that clients know: what they sent, what was acknowledged, what they read. Safe from any thread.</summary>
public sealed class WorkloadLog(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Time since the load began.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    public ConcurrentQueue<LoadRecord> Sent { get; } = [];

    public ConcurrentQueue<Acknowledgement> Acknowledged { get; } = [];

    public ConcurrentQueue<Seen> Read { get; } = [];

    /// <summary>Calls that failed after all their tries: what they put may be stored or not.</summary>
    public ConcurrentQueue<FailedCall> FailedCalls { get; } = [];

    /// <summary>Answers that no client should ever get.</summary>
    public ConcurrentQueue<string> Oddities { get; } = [];

    /// <summary>Keys that were sent and of which nothing was acknowledged after this time.</summary>
    public IReadOnlyCollection<string> KeysNotWrittenSince(TimeSpan time)
    {
        var keys = Sent.Select(record => record.Key).ToHashSet(StringComparer.Ordinal);
        keys.ExceptWith(Acknowledged.Where(a => a.At > time).Select(a => a.Record.Key));
        return keys;
    }
}

/// <param name="SequenceNumber">Null where a producer with positions was told that it is stored already.</param>
public sealed record Acknowledgement(LoadRecord Record, string Shard, string? SequenceNumber, TimeSpan At);

/// <summary>A record that a reader was given.</summary>
public sealed record Seen(string Reader, string Shard, string SequenceNumber, string Key, byte[] Data);

public sealed record FailedCall(string Producer, string Reason, TimeSpan At);
