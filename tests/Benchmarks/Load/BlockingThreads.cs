using System.Collections.Concurrent;

namespace ActorStreams.Benchmarks.Load;

/// <summary>Dedicated threads for blocking work, which would starve the thread pool.</summary>
public static class BlockingThreads
{
    /// <summary>Runs the work once per index, each on its own thread, and waits. What they throw is thrown here as one.</summary>
    public static void Run(int count, Action<int> work)
    {
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, count).Select(index => new Thread(() =>
        {
            try
            {
                work(index);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })
        { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (!failures.IsEmpty)
            throw new AggregateException(failures);
    }
}
