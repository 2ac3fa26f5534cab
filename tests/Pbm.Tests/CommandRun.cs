using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Tests;

/// <summary>One run of pbm within this process, as from a script: what it printed and its exit code.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static Task<CommandRun> Async(StubEndpoint stub, params string[] arguments) =>
        WithAsync(arguments, new() { ["PBM_ENDPOINT"] = stub.Address });

    /// <param name="answers">What somebody at a terminal would type; without it nobody is there.</param>
    /// <param name="width">Columns of the terminal; unbounded without.</param>
    public static async Task<CommandRun> WithAsync(
        string[] arguments, Dictionary<string, string>? environment = null, string? answers = null, string? input = null, int? width = null,
        TimeProvider? clock = null, TextWriter? output = null, CancellationToken cancel = default)
    {
        using var text = new StringWriter();
        using var error = new StringWriter();
        using var screen = new Screen(
            output ?? TextWriter.Synchronized(text), TextWriter.Synchronized(error), new StringReader(answers ?? input ?? ""),
            isTerminal: answers is not null, isPlain: true, width, canAsk: answers is not null);
        var code = await PbmCommandLine.RunAsync(arguments, screen, name => environment?.GetValueOrDefault(name), clock ?? TimeProvider.System, cancel);
        return new CommandRun(code, text.ToString(), error.ToString());
    }
}
