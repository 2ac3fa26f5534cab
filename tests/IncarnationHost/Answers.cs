using System.Text;

namespace ActorStreams.IncarnationHost;

/// <summary>
/// Lines to the asking process, each written whole before anything goes on: what was said once is known there, even if this process
/// is killed the moment after. They begin with a bar, since logs go the same way.
/// </summary>
internal sealed class Answers(Stream output)
{
    private readonly Lock _lock = new();

    public void Say(FormattableString line) => Say(FormattableString.Invariant(line));

    public void Say(string line)
    {
        lock (_lock)
        {
            output.Write(Encoding.UTF8.GetBytes("|" + line.ReplaceLineEndings(" ") + "\n"));
            output.Flush();
        }
    }
}
