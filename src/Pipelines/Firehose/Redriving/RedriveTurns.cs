using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Firehose.Redriving;

/// <param name="Number">From 1 on.</param>
/// <param name="Note">Key of the failure's note.</param>
internal sealed record RedriveTurn(int Number, string Note);

/// <summary>
/// The order in which failures are sent again to a destination that remembers how far it got: what is sent under a turn is taken for a repeat once a later
/// one has begun. So a turn is one failure's alone, whoever sends, and the next one is taken only when it is done. Objects in the bucket say which it is, each the key of a
/// failure's note: <c>actorstreams-redrive-turns/{region}/{stream}/{number, 10 digits}</c>.
/// </summary>
internal sealed class RedriveTurns(DeliveryDefinition of, DeliveryPlan plan, BatchDelivery delivery, Func<string, CancellationToken, Task<string?>> fetch)
{
    private RedriveTurn? _last;
    private int _reached;
    private bool _isKnown;

    /// <summary>The turn of a failure, taken now or when it was cut off; null where it is done.</summary>
    /// <param name="isDone">Whether the failure of a note was sent again, or cannot be.</param>
    /// <param name="finish">Sends what has the last turn and is not done.</param>
    public async Task<RedriveTurn?> OfAsync(
        string note, Func<string, CancellationToken, Task<bool>> isDone, Func<RedriveTurn, CancellationToken, Task> finish, CancellationToken cancel)
    {
        while (true)
        {
            if (!_isKnown) await LookAsync(cancel);
            // After the look: what another has sent meanwhile, he noted before he went on.
            if (await isDone(note, cancel)) return null;
            if (_last is { } last && _reached <= last.Number)
            {
                if (last.Note == note) return last;
                if (!await isDone(last.Note, cancel)) await finish(last, cancel);
            }
            // What the destination remembers beyond the last turn is of another bucket, or of notes that somebody deleted.
            var next = new RedriveTurn(Math.Max(_last?.Number ?? 0, _reached) + 1, note);
            if (await TakeAsync(next, cancel)) return _last = next;
            _isKnown = false;
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        _last = (await plan.Store.ListAsync(Prefix, cancel)) is [.., var newest] && await ReadAsync(newest, cancel) is { } note
            ? new RedriveTurn(int.Parse(newest.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture), note)
            : null;
        _reached = await plan.Load!.Loader.TurnReachedAsync(cancel);
        _isKnown = true;
    }

    /// <summary>False where another has it.</summary>
    private async Task<bool> TakeAsync(RedriveTurn turn, CancellationToken cancel)
    {
        var key = KeyOf(turn.Number);
        await delivery.PutBytesAsync(plan, key, Encoding.UTF8.GetBytes(turn.Note), cancel);
        // What is there is not replaced, but by servers that know no condition; so it is looked at.
        return await ReadAsync(key, cancel) == turn.Note;
    }

    private async Task<string?> ReadAsync(string key, CancellationToken cancel)
    {
        if (await fetch(key, cancel) is not { } file) return null;
        var text = await File.ReadAllTextAsync(file, cancel);
        File.Delete(file);
        return text;
    }

    private string Prefix => $"actorstreams-redrive-turns/{of.Region}/{of.Stream}/";

    private string KeyOf(int turn) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{turn:D10}");
}
