using System.Globalization;
using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Sinks;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Pipelines.Firehose.Loading;

/// <summary>
/// Appends records to a stream, <b>exactly once</b>: each carries a position that follows from its source record, and the shards remember how far the
/// producer got, one for each shard of the source. What is sent again has one producer for all, for its positions may lie below those that went on without it; there they
/// are behind its turn.
/// </summary>
/// <param name="redriver">Name of the producer of what is sent again: of the application, and of the bucket that its turns are noted in.</param>
internal sealed class StreamLoader(IStreams streams, StreamId target, string redriver, StreamSinkOptions options, TimeProvider time) : IObjectLoader
{
    /// <summary>Parts of one source record are numbered below it, <see cref="SubRecords.CountMax"/> at most.</summary>
    private const int PartsBase = 512;

    /// <summary>Of what is handed to the sink at once.</summary>
    private const int PieceBytesMax = 512 << 10;

    /// <summary>What a record of a piece takes beside its data.</summary>
    private const int RecordBytes = 256;

    /// <summary>One for all who send again: two who send the same at once say the same.</summary>
    private const int RedriveEpoch = 1;

    /// <summary>A person who sends again waits for it; what is not known to be there by then is found out by the next one who does.</summary>
    private static readonly TimeSpan s_redrivePatience = TimeSpan.FromSeconds(30);

    private readonly StreamSinkOptions _options = options with { WaitsForStream = false };
    private (string Producer, long Epoch, StreamSink Sink)? _sink;
    private Action<string?> _waiting = _ => { };

    public string Name => $"stream {target}";

    public string Target => DeliveryTargets.Stream;

    public string ErrorType => "stream-failed";

    public async Task<LoadResult> LoadAsync(ObjectToLoad item, CancellationToken cancel)
    {
        var bytesMax = await RecordBytesMaxAsync(cancel);
        _waiting = item.Waiting;
        try
        {
            if (item.Producer is { } producer) await DeliverAsync(Sink(producer, item.Epoch), item, bytesMax, cancel);
            else await RedriveAsync(item, bytesMax, cancel);
        }
        catch (StreamMissingException e)
        {
            // Nothing of it is in a stream that is not there: all can be sent again once there is one.
            return new LoadResult.Later(e.Message);
        }
        foreach (var record in Read(item).Where(r => IsTooLarge(r, bytesMax)))
            item.Fail(new FailedRecord(record, ErrorType, "Stream.RecordTooLarge", $"Data and partition key have more than the {bytesMax} bytes that {target} takes.", 1));
        return LoadResult.Loaded.Instance;
    }

    /// <summary>
    /// A piece is little, and not counted: while the stream does not answer it is held without end, and whoever loads elsewhere would wait for that. All of the object
    /// where it is not in order, which a person sends again and waits for.
    /// </summary>
    public long MemoryBytes(ObjectToLoad item) => IsInOrder(item) ? 0 : (2L * new FileInfo(item.File).Length) + (4L * RecordsFormat.LongestOf(item.File));

    public IEnumerable<DeliveryRecord> Read(ObjectToLoad item) => RecordsFormat.Read(item.File).Select(bytes => KeyedRecords.Read(bytes, item.Oldest));

    public bool NeedsTurns => true;

    public async Task<int> TurnReachedAsync(CancellationToken cancel)
    {
        var found = await streams.MapAsync(target, cancel);
        if (found is MapResult.NotFound) return 0;
        if (found is not MapResult.Found { Map: var map }) throw new DestinationAwayException($"{Name} does not answer.");
        var replies = await Task.WhenAll(map.Open.Select(shard => streams.AttachAsync(shard.Key, redriver, RedriveEpoch, cancel)));
        return replies.Select(reply => reply switch
        {
            ShardProtocol.AttachReply.Attached attached => attached.Positions.Select(p => OutputRecord.LifeOf(p.Position)).DefaultIfEmpty().Max(),
            ShardProtocol.AttachReply.Refused refused => throw new DestinationAwayException($"{Name}: {refused.Error}: {refused.Detail}"),
            _ => throw new InvalidOperationException($"An attach was answered with {reply}."),
        }).DefaultIfEmpty().Max();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task DeliverAsync(StreamSink sink, ObjectToLoad item, int bytesMax, CancellationToken cancel)
    {
        var output = Read(item).Select((record, place) => (Record: record, Place: place)).Where(r => !IsTooLarge(r.Record, bytesMax)).Select(r => Output(r.Record, r.Place, item.Turn));
        if (!IsInOrder(item))
        {
            await sink.DeliverAsync([.. output.OrderBy(r => r.Position)], cancel);
            return;
        }
        var (piece, bytes) = (new List<OutputRecord>(), 0L);
        foreach (var record in output)
        {
            piece.Add(record);
            bytes += record.Data.Length + record.PartitionKey.Length + RecordBytes;
            if (bytes < PieceBytesMax) continue;
            await sink.DeliverAsync(piece, cancel);
            (piece, bytes) = ([], 0);
        }
        await sink.DeliverAsync(piece, cancel);
    }

    /// <summary>What comes of a batch is; what is sent again has what each step refused one behind the other.</summary>
    private bool IsInOrder(ObjectToLoad item)
    {
        ProducerPosition? last = null;
        foreach (var position in Read(item).Select((record, place) => PositionOf(record, place)))
        {
            if (last is { } before && before.CompareTo(position) > 0) return false;
            last = position;
        }
        return true;
    }

    private async Task RedriveAsync(ObjectToLoad item, int bytesMax, CancellationToken cancel)
    {
        var last = "It does not answer.";
        _waiting = problem => last = problem ?? last;
        using var limit = new CancellationTokenSource(s_redrivePatience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await DeliverAsync(Sink(redriver, RedriveEpoch), item, bytesMax, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new DestinationAwayException($"{Name}: {last}");
        }
    }

    /// <summary>One at a time; it looks at its shards again only where they changed.</summary>
    private StreamSink Sink(string producer, long epoch)
    {
        if (_sink is not { } known || known.Producer != producer || known.Epoch != epoch)
            _sink = known = (producer, epoch, new StreamSink(streams, target, producer, epoch, _options, time, problem => _waiting(problem)));
        return known.Sink;
    }

    private async Task<int> RecordBytesMaxAsync(CancellationToken cancel) =>
        await streams.DescribeStreamAsync(target, cancel) is DescribeStreamResult.Found found ? found.Stream.Configuration.MaxRecordSizeKiB * 1_024 : int.MaxValue;

    private static bool IsTooLarge(DeliveryRecord record, int bytesMax) => record.Data.Length + (long)Encoding.UTF8.GetByteCount(record.Key!) > bytesMax;

    private static OutputRecord Output(DeliveryRecord record, int place, int turn)
    {
        var (number, ordinal) = PlaceOf(record, place);
        return new OutputRecord(number, ordinal, record.Key!, record.Data.ToArray(), turn);
    }

    private static ProducerPosition PositionOf(DeliveryRecord record, int place)
    {
        var (number, ordinal) = PlaceOf(record, place);
        return OutputRecord.PositionOf(number, ordinal);
    }

    private static (SequenceNumber Number, int Ordinal) PlaceOf(DeliveryRecord record, int place)
    {
        // An id that came of no source record, of what was kept by a former version, stands for its place.
        if (record.Id.Length < SequenceNumber.Digits || !SequenceNumber.TryParse(record.Id.AsSpan(0, SequenceNumber.Digits), out var number))
            return (new SequenceNumber(default, 0, 0, 0, place), 0);
        var ordinal = 0;
        foreach (var part in record.Id[SequenceNumber.Digits..].Split('.', StringSplitOptions.RemoveEmptyEntries))
            ordinal = (ordinal * PartsBase) + int.Parse(part, CultureInfo.InvariantCulture);
        return (number, ordinal);
    }
}
