using System.Text.Json;
using ActorStreams.Node.Client;

namespace ActorStreams.Node.Replay;

/// <summary>Hands the readings on in their order, as fast as they are taken or at the pace of their timestamps.</summary>
internal sealed class ReplayRun(ReadingsFile readings, OrderedPutter putter, string key, double? speed, TimeProvider clock)
{
    private readonly List<PutEntry> _batch = [];

    public TimeSpan Took { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        DateTimeOffset? first = null;
        await foreach (var reading in readings.ReadAsync().WithCancellation(cancel))
        {
            cancel.ThrowIfCancellationRequested();
            first ??= reading.Time;
            if (speed is { } x && (reading.Time - first.Value) / x - clock.GetElapsedTime(start) is var early && early > TimeSpan.Zero)
            {
                await FlushAsync(cancel);
                await WaitAsync(early, cancel);
            }

            _batch.Add(new PutEntry(key, Encode(reading)));
            if (_batch.Count == OrderedPutter.EntriesMax) await FlushAsync(cancel);
        }

        await FlushAsync(cancel);
        Took = clock.GetElapsedTime(start);
    }

    private byte[] Encode(TimedValue reading) =>
        JsonSerializer.SerializeToUtf8Bytes(new ReadingRecord(reading.Text, key, reading.Value), ReadingJson.Default.ReadingRecord);

    private async Task FlushAsync(CancellationToken cancel)
    {
        if (_batch.Count == 0) return;
        await putter.PutAsync(_batch, cancel);
        _batch.Clear();
    }

    // A timer takes at most some 49 days, and a file may have a gap of years.
    private async Task WaitAsync(TimeSpan time, CancellationToken cancel)
    {
        var step = TimeSpan.FromDays(1);
        for (; time > step; time -= step) await Task.Delay(step, clock, cancel);
        await Task.Delay(time, clock, cancel);
    }
}
