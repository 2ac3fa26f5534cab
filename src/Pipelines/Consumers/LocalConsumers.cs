using Akka.Actor;

namespace ActorStreams.Pipelines.Consumers;

/// <summary>
/// The consumers that run in this process, so that they can drain before cluster sharding shuts its region down: that one gives up only
/// after its time-out where a message came in between. Safe from any thread.
/// </summary>
public sealed class LocalConsumers
{
    private readonly Lock _lock = new();
    private readonly HashSet<IActorRef> _running = [];
    private TaskCompletionSource? _empty;

    /// <summary>No consumer starts here any more.</summary>
    public bool IsLeaving
    {
        get
        {
            lock (_lock) return _empty is not null;
        }
    }

    public void Add(IActorRef consumer)
    {
        lock (_lock) _running.Add(consumer);
    }

    public void Remove(IActorRef consumer)
    {
        lock (_lock)
        {
            _running.Remove(consumer);
            if (_running.Count == 0) _empty?.TrySetResult();
        }
    }

    /// <summary>Tells all to drain, and returns when they are gone. Each keeps to its own time-out.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var consumer in _running) consumer.Tell(ConsumerProtocol.Drain.Instance);
            if (_running.Count == 0) _empty.TrySetResult();
            return _empty.Task;
        }
    }
}
