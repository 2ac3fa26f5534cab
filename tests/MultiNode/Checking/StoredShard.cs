using System.Collections.Immutable;
using System.Text;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Npgsql;

namespace ActorStreams.MultiNode.Tests.Checking;

/// <summary>A record as it lies in a row.</summary>
public sealed record StoredLoadRecord(string Shard, SequenceNumber Number, string Key, byte[] Data);

/// <summary>A shard as its rows tell it, and what is wrong with them.</summary>
/// <param name="Owners">Node names in the order in which they took it, the first one that opened it.</param>
public sealed record StoredShard(ShardKey Key, ImmutableArray<string> Owners, ImmutableArray<StoredLoadRecord> Records, ImmutableArray<string> Faults);

/// <summary>Reads the journal's rows straight from PostgreSQL, with nothing of ours between but the formats of what lies in them.</summary>
public static class JournalRows
{
    private const string Sql =
        "SELECT persistence_id, sequence_number, message, manifest, identifier FROM journal WHERE starts_with(persistence_id, $1) ORDER BY persistence_id, sequence_number";

    public static async Task<IReadOnlyList<StoredShard>> ReadShardsAsync(string connectionString, string region)
    {
        using var system = ActorSystem.Create("rows", ShardSerialization.Config.WithFallback("akka.loglevel = OFF\nakka.stdout-loglevel = OFF"));
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = $"shard-{region}-" });
        await using var reader = await command.ExecuteReaderAsync();
        var shards = new Dictionary<ShardKey, Reading>();
        while (await reader.ReadAsync())
        {
            if (!ShardKey.TryParse(reader.GetString(0), out var key)) throw new InvalidOperationException($"'{reader.GetString(0)}' names no shard.");
            if (!shards.TryGetValue(key, out var reading)) shards[key] = reading = new Reading(key);
            var e = system.Serialization.Deserialize(reader.GetFieldValue<byte[]>(2), reader.GetInt32(4), reader.GetString(3));
            reading.Add(reader.GetInt64(1), (ShardEvents.IShardEvent)e);
        }

        await system.Terminate();
        return [.. shards.Values.Select(s => s.Result())];
    }

    /// <summary>Walks the rows of one shard in their order.</summary>
    private sealed class Reading(ShardKey key)
    {
        private readonly List<string> _owners = [];
        private readonly List<StoredLoadRecord> _records = [];
        private readonly List<string> _faults = [];
        private long _lastRow;
        private long _epoch;
        private long _lastArrivalMs;
        private int _generation = -1;
        private bool _isClosed;

        public void Add(long row, ShardEvents.IShardEvent e)
        {
            if (row != _lastRow + 1) _faults.Add($"{key}: row {row} comes after row {_lastRow}.");
            _lastRow = row;
            switch (e)
            {
                case ShardEvents.Opened opened:
                    if (_generation >= 0) _faults.Add($"{key}: opened a second time in row {row}.");
                    (_generation, _epoch) = (opened.Generation, 1);
                    _owners.Add(opened.Node);
                    break;
                case ShardEvents.Owned owned:
                    if (owned.Epoch != _epoch + 1) _faults.Add($"{key}: epoch {owned.Epoch} in row {row} comes after epoch {_epoch}.");
                    _epoch = owned.Epoch;
                    _owners.Add(owned.Node);
                    break;
                case ShardEvents.RecordsAppended appended:
                    Add(row, appended.Batch);
                    break;
                case ShardEvents.Closed:
                    _isClosed = true;
                    break;
            }
        }

        public StoredShard Result() => new(key, [.. _owners], [.. _records], [.. _faults]);

        private void Add(long row, RecordBatch batch)
        {
            if (_isClosed) _faults.Add($"{key}: records in row {row} of a closed shard.");
            if (batch.Row != row) _faults.Add($"{key}: row {row} holds a batch that was made for row {batch.Row}.");
            if (batch.Header.FirstArrivalMs < _lastArrivalMs) _faults.Add($"{key}: arrival times fall in row {row}.");
            _lastArrivalMs = batch.Header.LastArrivalMs;
            var index = 0;
            var records = batch.RecordsFrom(0);
            while (records.MoveNext())
            {
                var number = new SequenceNumber(key.Incarnation, _generation, key.Shard, row, index++);
                _records.Add(new StoredLoadRecord(key.ShardId, number, Encoding.UTF8.GetString(records.Current.PartitionKey), records.Current.Data.ToArray()));
            }
        }
    }
}
