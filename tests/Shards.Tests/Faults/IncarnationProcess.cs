using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Faults;

/// <summary>
/// Streams and shards in a process of their own, to be stopped, woken and killed. It takes no lock on the data folder, so that two of
/// them can own one shard as both sides of a partition would.
/// </summary>
internal sealed class IncarnationProcess : IAsyncDisposable
{
    private const string Ended = "failed: the process ended";
    private readonly Process _process;
    private readonly Sent _sent;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _asked = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private int _lastId;

    private IncarnationProcess(Process process, Sent sent)
    {
        _process = process;
        _sent = sent;
        _reading = ReadAsync();
    }

    /// <summary>What the process logged and said last, for a failure's message.</summary>
    public string LastLines => string.Join('\n', _log.TakeLast(40));

    public static async Task<IncarnationProcess> StartAsync(StoreOptions store, Sent sent, int holdMs = 20_000, int snapshotRowsMax = 1_000)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ActorStreams.IncarnationHost.dll");
        string[] arguments =
            [program, store.DataDirectory, store.ConnectionString ?? "-", Text(holdMs), Text(snapshotRowsMax)];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var started = new IncarnationProcess(process, sent);
        try
        {
            await Task.WhenAny(started._ready.Task, started._reading).WaitAsync(TimeSpan.FromSeconds(60));
            if (!started._ready.Task.IsCompleted) throw new InvalidOperationException($"The process ended at its start:\n{started.LastLines}");
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its answer, or how long it took not to come.</summary>
    public Task<string> AskAsync(string line, double withinSeconds = 20)
    {
        var id = Text(Interlocked.Increment(ref _lastId));
        var asked = _asked[id] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            lock (_process)
            {
                _process.StandardInput.WriteLine($"{id} {line}");
                _process.StandardInput.Flush();
            }
        }
        catch (IOException)
        {
            // Killed: the reader of its output answers, or has done so before this was asked.
        }
        if (_reading.IsCompleted) asked.TrySetResult(Ended);
        return Expect.WithinAsync($"an answer to '{line}'", withinSeconds, asked.Task);
    }

    public async Task<string> AppendAsync(ShardKey shard, string tag)
    {
        var answer = await AskAsync($"append {shard.PersistenceId} {tag}");
        TakeDown(shard, tag, answer.Split(' '));
        return answer;
    }

    public Task LoadAsync(string prefix, IEnumerable<ShardKey> shards) =>
        AskAsync($"load {prefix} {string.Join(' ', shards.Select(s => s.PersistenceId))}");

    public Task PauseAsync() => SignalAsync("STOP");

    public Task WakeAsync() => SignalAsync("CONT");

    /// <summary>SIGKILL: nothing is flushed or said any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Drains and ends; false when that took longer than the bound.</summary>
    public async Task<bool> ExitAsync(double withinSeconds)
    {
        _process.StandardInput.WriteLine("exit");
        _process.StandardInput.Flush();
        return await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(withinSeconds))) == _reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var errors = Task.Run(async () =>
        {
            while (await _process.StandardError.ReadLineAsync() is { } line) _log.Enqueue(line);
        });
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('|')) Take(line[1..]);
            else _log.Enqueue(line);
        }
        await errors;
        foreach (var asked in _asked.Values) asked.TrySetResult(Ended);
    }

    private void Take(string line)
    {
        var words = line.Split(' ');
        if (line == "ready") _ready.SetResult();
        else if (words[0] == "load" && ShardKey.TryParse(words[1], out var shard)) TakeDown(shard, words[2], words[3..]);
        else if (_asked.TryRemove(words[0], out var asked)) asked.SetResult(line[(words[0].Length + 1)..]);
    }

    private void TakeDown(ShardKey shard, string tag, string[] answer)
    {
        if (answer[0] == "appended") _sent.Acknowledge(tag, shard, Parse(answer[1]), (int)Parse(answer[2]));
        else _sent.Refuse(tag, string.Join(' ', answer));
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Text(_process.Id)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    internal static long Parse(string number) => long.Parse(number, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
