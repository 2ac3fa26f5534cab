using System.Diagnostics;

namespace ActorStreams.Benchmarks.Load;

/// <summary>What every connection of a load sends: ready requests sent in turn, and how many records each carries.</summary>
public sealed record LoadPlan(
    int Connections,
    Func<int, IReadOnlyList<SignedRequest>> RequestsOfConnection,
    int RecordsPerRequest,
    int RecordBytes,
    bool IsBatch)
{
    /// <summary>Time between two requests of a connection; a connection that is late sends at once. Zero for as fast as answers come.</summary>
    public TimeSpan Pace { get; init; }
}

/// <summary>
/// A closed loop: one thread per connection sends, waits for the answer, sends again. Answers that arrive inside the measured window count.
/// </summary>
public sealed class LoadGenerator(Func<KinesisSession> connect)
{
    private const int RefusedInARowMax = 100;

    /// <summary>Loads the server until the window is over. <paramref name="usage"/> observes the server, null where it can't be.</summary>
    public Measure Run(LoadPlan plan, TimeSpan warmUp, TimeSpan window, Func<Usage>? usage)
    {
        var clock = new Window();
        var workers = Enumerable.Range(0, plan.Connections).Select(i => new Worker(connect(), plan, i, clock)).ToList();
        var threads = workers.Select(w => new Thread(w.Run) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());

        clock.Wait(warmUp);
        var serverBefore = usage?.Invoke();
        var generatorBefore = Usage.OfThisProcess();
        var start = clock.Open();
        clock.Wait(window);
        var elapsed = clock.Close(start);
        var generator = Usage.OfThisProcess() - generatorBefore;
        var server = usage?.Invoke() - serverBefore;

        threads.ForEach(t => t.Join());
        if (workers.Select(w => w.Failure).FirstOrDefault(f => f is not null) is { } failure)
            throw new InvalidDataException($"The load stopped: {failure.Message}", failure);

        var records = workers.Sum(w => w.Records);
        return new Measure
        {
            Records = records,
            PayloadBytes = records * plan.RecordBytes,
            Elapsed = elapsed,
            LatencyTicks = workers.SelectMany(w => w.LatencyTicks).ToList(),
            ServerCpu = server?.Cpu,
            WrittenBytes = server?.WrittenBytes,
            GeneratorCpu = generator.Cpu,
            Refused = workers.Sum(w => w.Refused),
            FirstRefusal = workers.Select(w => w.FirstRefusal).FirstOrDefault(r => r is not null),
        };
    }

    private sealed class Window
    {
        private readonly ManualResetEventSlim _failed = new();
        private volatile bool _isOpen;
        private volatile bool _isOver;

        public bool IsOpen => _isOpen;

        public bool IsOver => _isOver;

        /// <summary>Waits, but no longer than until a connection fails.</summary>
        public void Wait(TimeSpan time) => _failed.Wait(time);

        public void Fail() => _failed.Set();

        public long Open()
        {
            _isOpen = true;
            return Stopwatch.GetTimestamp();
        }

        public TimeSpan Close(long start)
        {
            _isOpen = false;
            var elapsed = Stopwatch.GetElapsedTime(start);
            _isOver = true;
            return elapsed;
        }
    }

    private sealed class Worker(KinesisSession session, LoadPlan plan, int index, Window window)
    {
        public long Records { get; private set; }

        public long Refused { get; private set; }

        public string? FirstRefusal { get; private set; }

        public Exception? Failure { get; private set; }

        public List<long> LatencyTicks { get; } = new(capacity: 16_384);

        public void Run()
        {
            try
            {
                using (session)
                    SendUntilOver(plan.RequestsOfConnection(index));
            }
            catch (Exception e)
            {
                // Not swallowed: the run rethrows it on the main thread.
                Failure = e;
                window.Fail();
            }
        }

        private void SendUntilOver(IReadOnlyList<SignedRequest> requests)
        {
            var refusedInARow = 0;
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; !window.IsOver; i++)
            {
                if ((plan.Pace * i) - Stopwatch.GetElapsedTime(begin) is { Ticks: > 0 } early) Thread.Sleep(early);
                var sent = Stopwatch.GetTimestamp();
                var answer = session.Exchange(requests[i % requests.Count]);
                var ticks = Stopwatch.GetTimestamp() - sent;
                var failed = answer.Status != 200 ? plan.RecordsPerRequest
                    : plan.IsBatch ? KinesisAnswers.FailedRecordCount(answer.Body)
                    : 0;
                if (failed > 0)
                    FirstRefusal ??= answer.Describe();
                refusedInARow = failed > 0 ? refusedInARow + 1 : 0;
                if (refusedInARow == RefusedInARowMax)
                    throw new InvalidDataException($"{RefusedInARowMax} requests in a row were refused, the last with {answer.Describe()}");
                if (!window.IsOpen)
                    continue;
                Records += plan.RecordsPerRequest - failed;
                Refused += failed;
                if (failed == 0)
                    LatencyTicks.Add(ticks);
            }
        }
    }
}
