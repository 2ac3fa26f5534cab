using System.Text.Json;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Tail;

/// <summary>A record a line: time, shard, partition key, data; or JSON. Safe from any thread.</summary>
internal sealed class RecordPrinter(Session session)
{
    private readonly Lock _line = new();

    public void Print(ShardName shard, RecordAnswer record)
    {
        var line = session.Json
            ? JsonSerializer.Serialize(
                new TailedRecord(shard.ShardId, record.SequenceNumber, record.PartitionKey, record.Arrival, record.Data, record.ExplicitHashKey),
                ContractJson.Default.TailedRecord)
            : $"{Figures.Moment(record.Arrival)}  {shard}  {Printable.Line(record.PartitionKey)}  {Printable.Data(record.Data)}";
        lock (_line) session.Screen.Line(line);
    }
}
