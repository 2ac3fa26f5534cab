using System.Text.Json.Serialization.Metadata;
using ActorStreams.Pbm.Endpoint;
using ActorStreams.Pbm.Output;
using ActorStreams.Pbm.Palettes;

namespace ActorStreams.Pbm;

/// <summary>One command at work: its settings, its endpoint and its screen.</summary>
internal sealed class Session(Settings settings, Screen screen, TimeProvider clock) : IDisposable
{
    public Settings Settings => settings;

    public ManagementClient Client { get; } = new(settings);

    public Screen Screen => screen;

    public TimeProvider Clock => clock;

    public bool Json => settings.Json;

    public string Region => settings.Region;

    public void Dispose() => Client.Dispose();

    /// <summary>Prints the answer as it came, or hands it to <paramref name="show"/>.</summary>
    /// <param name="silent">How many shards of the answer did not tell; null where answers have no gaps.</param>
    public async Task<int> ShowAsync<T>(string path, JsonTypeInfo<T> type, Func<T, int> show, CancellationToken cancel, Func<T, int>? silent = null)
    {
        var answer = await Client.GetAsync(path, cancel);
        // Read also where it is printed as it is, so that what is no management endpoint's never counts as an answer.
        var read = answer.Read(type);
        if (!Json) return show(read);
        screen.Json(answer.Body);
        return StreamTables.Gaps(screen, silent?.Invoke(read) ?? 0);
    }

    /// <summary>Prints what the endpoint says of a change it made.</summary>
    public int Done(Answer answer)
    {
        if (Json) screen.Json(answer.Body);
        else screen.Line(Printable.Lines(Refusals.Message(answer.Body) ?? "Done."));
        return ExitCodes.Ok;
    }

    /// <summary>Asks before something that cannot be taken back.</summary>
    /// <exception cref="PbmException">The answer was no, or nobody can be asked.</exception>
    public void Confirm(bool yes, string question)
    {
        if (yes) return;
        if (!screen.CanAsk) throw PbmException.WrongCommandLine($"this needs --yes where nobody can be asked. {question}");
        screen.Out.Write($"{Printable.Line(question)} Go on? [y/N] ");
        screen.Out.Flush();
        var answer = screen.In.ReadLine()?.Trim();
        if (answer is not ("y" or "Y" or "yes" or "Yes")) throw PbmException.Refused("not confirmed, nothing was changed.");
    }
}
