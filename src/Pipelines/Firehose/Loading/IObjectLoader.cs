using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Where the records of an object are loaded once the object is made: a table, an index, an endpoint. Each says which guarantee it gives when the same
/// object is loaded again, and reads the object as it goes: what it holds in memory does not grow with it.
/// </summary>
public interface IObjectLoader : IAsyncDisposable
{
    /// <summary>In words, for statuses and logs.</summary>
    string Name { get; }

    /// <summary>Folder of the error output for what it does not take, such as <c>http-endpoint-failed</c>.</summary>
    string ErrorType { get; }

    /// <summary>The destination, as metrics name it.</summary>
    string Target { get; }

    /// <summary>What a try holds in memory, in bytes, about and at most.</summary>
    long MemoryBytes(ObjectToLoad item);

    /// <summary>The records of an object in order, as the error output has them, one at a time: each is there until the next is.</summary>
    IEnumerable<DeliveryRecord> Read(ObjectToLoad item);

    /// <summary>One try.</summary>
    Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel);

    /// <summary>Whether what is sent again has to come one after the other, each with a turn above the one before.</summary>
    bool NeedsTurns => false;

    /// <summary>The highest turn of which the destination remembers something, 0 for none. Throws <see cref="Destinations.DestinationAwayException"/>.</summary>
    Task<int> TurnReachedAsync(CancellationToken cancel) => Task.FromResult(0);
}

/// <param name="Key">The object's name; names its records as a batch, and no others ever.</param>
/// <param name="Id">Of the object, in its name too.</param>
/// <param name="File">Holds the object.</param>
/// <param name="Oldest">Arrival of its first record.</param>
/// <param name="Shard">Where the records come from.</param>
/// <param name="To">The shard is delivered up to there with its batch.</param>
public sealed record ObjectToLoad(string Key, Guid Id, string File, DateTimeOffset Oldest, string Shard, ShardPosition To)
{
    /// <summary>
    /// Who delivers, one name for all objects of a shard in their order; null for an object that is sent again, out of any order.
    /// </summary>
    public string? Producer { get; init; }

    /// <summary>Of an object that is sent again: above those of all that were sent again before; 0 for others, and where the loader needs none.</summary>
    public int Turn { get; init; }

    /// <summary>Of the incarnation that delivers: a later one shuts it out.</summary>
    public long Epoch { get; init; }

    /// <summary>The records that are to be loaded, where others are already or never will be: those of the last try's <see cref="LoadResult.Later.Open"/>; null for all.</summary>
    public IReadOnlyList<OpenStretch>? Open { get; init; }

    /// <summary>Told why a try takes long, and null when it goes on.</summary>
    public Action<string?> Waiting { get; init; } = _ => { };

    /// <summary>Told of each record that the destination will never take, one at a time, before the try is answered; where all of the object is tried again it is told again.</summary>
    public Action<FailedRecord> Fail { get; init; } = _ => { };
}

public abstract record LoadResult
{
    private LoadResult() { }

    /// <summary>Loaded, by this try or one before, but for the records that were told to <see cref="ObjectToLoad.Fail"/>.</summary>
    public sealed record Loaded : LoadResult
    {
        public static readonly Loaded Instance = new();
    }

    /// <summary>Not, or not as far as anybody knows: the same object is loaded again.</summary>
    /// <param name="After">How long the destination asked to be spared; null when it said nothing.</param>
    /// <param name="Open">
    /// The records that are not loaded, in order, where the others are, or were told to <see cref="ObjectToLoad.Fail"/>; null for all of the object.
    /// </param>
    public sealed record Later(string Reason, TimeSpan? After = null, IReadOnlyList<OpenStretch>? Open = null) : LoadResult;
}

/// <summary>Records one behind the other that are not loaded.</summary>
/// <param name="From">Place in the object of the first one.</param>
/// <param name="To">Place behind the last one.</param>
public readonly record struct OpenStretch(int From, int To, string Reason)
{
    /// <summary>The records of an object that lie in the stretches, in order, with their places.</summary>
    public static IEnumerable<(int Place, DeliveryRecord Record, string Reason)> Of(IReadOnlyList<OpenStretch> stretches, IEnumerable<DeliveryRecord> all)
    {
        var (place, next) = (-1, 0);
        foreach (var record in all)
        {
            place++;
            while (next < stretches.Count && stretches[next].To <= place) next++;
            if (next == stretches.Count) yield break;
            if (place >= stretches[next].From) yield return (place, record, stretches[next].Reason);
        }
    }
}
