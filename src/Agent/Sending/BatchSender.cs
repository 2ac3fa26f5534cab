using System.Globalization;
using System.Text;
using ActorStreams.Agent.Checkpoints;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Reporting;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Agent.Sending;

/// <summary>Another agent goes on under this one's name with a higher epoch: this one has to end.</summary>
public sealed class AgentFencedException(string message) : Exception(message);

/// <summary>
/// Brings a batch to its destination, however long that takes: what was refused is sent again after a pause with jitter, before anything after it.
/// Nothing is skipped. Where the service knows producers each record is stored once; elsewhere at least once.
/// </summary>
internal sealed partial class BatchSender(FlowSettings flow, PutClient client, bool isAws, AgentCounters counters, TimeProvider clock, Random random, ILogger log)
{
    private int _unconfirmed;

    /// <summary>Whether what is sent again is stored once; until the service showed that it does not know producers it is taken to.</summary>
    public bool IsExact => !isAws && Volatile.Read(ref _unconfirmed) == 0;

    /// <param name="stop">Ends waiting for another try.</param>
    /// <param name="abort">Ends a try under way; what became of it is then unknown.</param>
    public async Task SendAsync(PutBatch batch, string producer, long epoch, LanePosition lane, CancellationToken stop, CancellationToken abort)
    {
        var waiting = Enumerable.Range(0, batch.Entries.Count).ToArray();
        for (var failures = 0; ; failures++)
        {
            var body = batch.Body(flow, waiting);
            var headers = isAws ? null : new PutProducer(producer, epoch, Positions(batch, waiting, lane.Ordinal));
            switch (await client.PutAsync(body, waiting.Length, headers, abort))
            {
                case PutOutcome.Answered { Errors: var errors, Repeated: var repeated }:
                    Note(headers, repeated);
                    counters.Puts.Add(1);
                    counters.RecordsRepeated.Add(repeated ?? 0);
                    var failed = errors.Count == 0 ? [] : waiting.Where((_, i) => errors[i] is not null).ToArray();
                    counters.RecordsSent.Add(waiting.Length - failed.Length);
                    counters.BytesSent.Add(waiting.Except(failed).Sum(i => (long)batch.Entries[i].Length));
                    if (failed.Length == 0) return;
                    counters.RecordsFailed.Add(failed.Length);
                    RecordsRefused(log, failed.Length, flow.Destination, errors.First(e => e is not null)!);
                    waiting = failed;
                    break;
                case PutOutcome.Refused { IsFenced: true, Message: var message } when headers is not null:
                    throw new AgentFencedException($"Another agent goes on as {producer}: {message}");
                case PutOutcome.Refused { Error: var error, Message: var message }:
                    counters.PutsRefused.Add(1);
                    PutRefused(log, flow.Destination, error, message);
                    break;
            }
            await Task.Delay(Pause(failures), clock, stop);
        }
    }

    /// <summary>Up to twice as long each time; anywhere in the upper half of that, so that agents that failed together do not come back together.</summary>
    private TimeSpan Pause(int failures)
    {
        var longest = Math.Min(flow.RetryPauseMax.TotalMilliseconds, flow.RetryPauseMin.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30)));
        lock (random) return TimeSpan.FromMilliseconds(longest * (0.5 + (random.NextDouble() / 2)));
    }

    /// <summary>For each record 5 bytes of ordinal and 6 of offset: one length for the life of the producer, and within the bounds of a request's headers.</summary>
    private static string Positions(PutBatch batch, int[] which, long ordinal)
    {
        var text = new StringBuilder(which.Length * 25);
        foreach (var i in which)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"0x{ordinal:x10}{batch.Entries[i].End:x12}");
        }
        return text.ToString();
    }

    private void Note(PutProducer? producer, int? repeated)
    {
        if (producer is null || repeated is not null || Interlocked.Exchange(ref _unconfirmed, 1) == 1) return;
        NotExact(log, flow.Destination);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Destination} does not know producers with positions: delivery to it is at least once")]
    private static partial void NotExact(ILogger log, string destination);

    [LoggerMessage(2, LogLevel.Warning, "A put to {Destination} failed and is sent again: {Error}: {Message}")]
    private static partial void PutRefused(ILogger log, string destination, string error, string message);

    [LoggerMessage(3, LogLevel.Information, "{Count} records were refused by {Destination} and are sent again, the first one with {Error}")]
    private static partial void RecordsRefused(ILogger log, int count, string destination, string error);
}
