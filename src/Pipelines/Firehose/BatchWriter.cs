using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Firehose.Loading;
using ActorStreams.Pipelines.Firehose.Naming;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Shards.Log;

namespace ActorStreams.Pipelines.Firehose;

/// <summary>
/// Collects the records of a batch in files of the spool, one for each partition and one for each kind of failure, and those of the backup: what it
/// takes of memory does not grow with the batch. For one thread at a time.
/// </summary>
internal sealed class BatchWriter(DeliveryPlan plan, Spool spool, string identity, ShardPosition from, TimeProvider time) : IDisposable
{
    /// <summary>Some bytes each, in the intent of the batch.</summary>
    private const int RunsMax = 1 << 18;

    private readonly Dictionary<string, OpenObject> _partitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenObject> _errors = new(StringComparer.Ordinal);
    private readonly List<OpenObject> _gaps = [];
    private readonly BatchBackup? _backup = plan.Backup is { } backup ? new BatchBackup(backup, spool, part => IdOf(identity, from, part)) : null;
    private long _since;
    private int _places;

    /// <summary>Records that are delivered already, by their places; they are left out. Null for none.</summary>
    public BitArray? Skipped { get; set; }

    /// <summary>Sets the objects apart from those that hold what is <see cref="Skipped"/>; empty where there are none.</summary>
    public string Again { get; init; } = "";

    /// <summary>What is loaded is known there by the name of its object, and keeps it where no other object of the batch has it.</summary>
    public bool KeepsNames { get; set; }

    public ShardPosition From => from;

    public bool IsEmpty => _partitions.Count == 0 && _errors.Count == 0 && _gaps.Count == 0 && _backup is null or { IsEmpty: true };

    /// <summary>Records that a step dropped on purpose.</summary>
    public long Dropped { get; set; }

    /// <summary>Records that failed.</summary>
    public long Failures => _errors.Values.Sum(e => e.Records);

    public bool IsDue => !IsEmpty && (LargestBytes >= plan.BufferBytesMax || time.GetElapsedTime(_since) >= plan.BufferInterval || _backup is { IsFull: true } || Runs >= RunsMax);

    /// <summary>Bytes of records, before compression, of the largest object.</summary>
    public long LargestBytes { get; private set; }

    private long Runs => plan.NotesPlaces ? _partitions.Values.Concat(_errors.Values).Sum(o => (long)o.Runs) : 0;

    /// <summary>Keeps a record as it came for the backup, where there is one.</summary>
    public void Keep(ReadOnlySpan<byte> data, DateTimeOffset arrivedAt)
    {
        if (_backup is null) return;
        Note();
        _backup.Add(data, arrivedAt);
    }

    /// <summary>The place of the next record for the first step; false where it is left out.</summary>
    public bool TryPlace(out int place)
    {
        place = _places++;
        return Skipped is not { } skipped || place >= skipped.Length || !skipped[place];
    }

    /// <summary>A record as it came, of the only partition; false where it takes more than that, and <see cref="Add"/> is needed.</summary>
    public bool TryAdd(ReadOnlySpan<byte> data)
    {
        if (plan.KeepsKeys || !_partitions.TryGetValue("", out var to) || to.Add(data) is not null) return false;
        LargestBytes = Math.Max(LargestBytes, to.BytesIn);
        return true;
    }

    public void Add(DeliveryRecord record)
    {
        Note();
        // In one object, records that are loaded one after the other have one order, also in a batch that is made again.
        if (plan.KeepsKeys) record = record with { PartitionKeys = PartitionKeyNames.None };
        var partition = string.Join('\0', record.PartitionKeys.Select(k => $"{k.Key}={k.Value}"));
        if (!_partitions.TryGetValue(partition, out var to) && !TryOpen(record, partition, out to)) return;
        if (to.Add(plan.KeepsKeys ? KeyedRecords.Write(record) : record.Data.Span, record.Place) is { } problem)
            Fail(new FailedRecord(record, FailedRecord.FormatConversionFailed, "DataFormatConversion.MalformedData", problem, 1));
        else
            LargestBytes = Math.Max(LargestBytes, to.BytesIn);
    }

    public void Fail(FailedRecord failed)
    {
        Note();
        if (!_errors.TryGetValue(failed.Type, out var to))
        {
            var id = IdOf("error:" + failed.Type + Again);
            var key = plan.Names.ErrorKey(failed.Type, failed.Record.ArrivedAt, id);
            to = new OpenObject(key, failed.Record.ArrivedAt, spool, id, plan.ErrorFormat, plan.NotesPlaces);
            _errors.Add(failed.Type, to);
        }
        to.Add(ErrorLine.Of(failed, time.GetUtcNow()), failed.Record.Place);
    }

    /// <summary>Notes what was lost, under a name that belongs to this stretch of records alone.</summary>
    /// <param name="at">Named in the object's key; the same at each redo.</param>
    public void Lose(LostStretch lost, DateTimeOffset at)
    {
        Note();
        var id = IdOf(string.Create(CultureInfo.InvariantCulture, $"gap:{lost.First.Row}:{lost.First.Index}-{lost.Next.Row}:{lost.Next.Index}"));
        var gap = new OpenObject(plan.Names.ErrorKey(LostStretch.ErrorType, at, id), at, spool, id, plan.ErrorFormat);
        gap.Add(lost.ToLine(time.GetUtcNow()));
        _gaps.Add(gap);
    }

    /// <summary>The files are whole and durable.</summary>
    public ImmutableArray<IntendedObject> Close()
    {
        ImmutableArray<IntendedObject> objects =
        [
            .. _partitions.Values.Where(p => p.Records > 0).Select(p => p.Close(ObjectKind.Records)),
            .. _errors.Select(e => e.Value.Close(ObjectKind.Errors) with { ErrorType = e.Key }),
            .. _gaps.Select(g => g.Close(ObjectKind.Gap)),
            .. _backup?.Close() ?? [],
        ];
        spool.Flush();
        return objects;
    }

    public void Dispose()
    {
        foreach (var open in _partitions.Values.Concat(_errors.Values).Concat(_gaps)) open.Dispose();
        _backup?.Dispose();
    }

    private void Note()
    {
        if (IsEmpty) _since = time.GetTimestamp();
    }

    private bool TryOpen(DeliveryRecord record, string partition, [NotNullWhen(true)] out OpenObject? opened)
    {
        opened = null;
        if (_partitions.Count >= DeliveryPlan.ActivePartitionsMax)
        {
            Fail(new FailedRecord(
                record, FailedRecord.ProcessingFailed, "DynamicPartitioning.ActivePartitionsLimitExceeded",
                $"The batch has {DeliveryPlan.ActivePartitionsMax} partitions already.", 1));
            return false;
        }
        var id = IdOf(KeepsNames ? partition : partition + Again);
        if (plan.Names.Problem(record.PartitionKeys) is { } problem)
        {
            Fail(new FailedRecord(record, FailedRecord.ProcessingFailed, "DynamicPartitioning.InvalidPartition", problem, 1));
            return false;
        }
        opened = new OpenObject(plan.Names.Key(record.PartitionKeys, record.ArrivedAt, id), record.ArrivedAt, spool, id, plan.Format, plan.NotesPlaces);
        _partitions.Add(partition, opened);
        return true;
    }

    /// <summary>The same at each redo, so that what was delivered is found again under its name.</summary>
    private Guid IdOf(string part) => IdOf(identity, from, part);

    private static Guid IdOf(string identity, ShardPosition from, string part) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\n{from.Row}:{from.Index}\n{part}")).AsSpan(0, 16));
}
