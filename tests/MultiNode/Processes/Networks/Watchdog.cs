using System.Diagnostics;
using System.Globalization;

namespace ActorStreams.MultiNode.Tests.Processes.Networks;

/// <summary>
/// A shell outside of this process, which may be killed before its exit handlers are through: it ends the processes that were started
/// and then clears up after them.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private readonly string _list = Path.GetTempFileName();
    private readonly string _clearUp;
    private readonly Process _shell;
    private readonly Lock _writing = new();

    /// <param name="clearUp">Commands of a shell; each is run whatever became of those before it.</param>
    public Watchdog(string clearUp)
    {
        // A number may be another process's by now, so it is looked at before it is ended.
        _clearUp = $"""
            for id in $(cat {_list}); do grep -qE 'actorstreams|lighthouse' /proc/$id/cmdline && kill -KILL $id && sleep 0.2; done
            {clearUp}
            rm -f {_list}
            """;
        _shell = ShellScript.Start($"""
            trap '' INT TERM HUP
            while kill -0 {Environment.ProcessId}; do sleep 1; done
            {_clearUp}
            """);
    }

    /// <summary>A process that its owner ends before; what is left of them is ended here.</summary>
    public void Add(int processId)
    {
        lock (_writing) File.AppendAllText(_list, processId.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    public async ValueTask DisposeAsync()
    {
        _shell.Kill();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        using var clearing = ShellScript.Start(_clearUp);
        await clearing.WaitForExitAsync();
    }
}
