using System.Text.Json;
using ActorStreams.Pbm.Contract;
using ActorStreams.Pbm.Output;

namespace ActorStreams.Pbm.Tail;

/// <summary>A record a line: time, shard, partition key, data; or JSON. Safe from any thread.</summary>
internal sealed class RecordPrinter(Session session)
{
    private readonly Lock _line = new();

    /// <summary>Every record of a page; what is missing before them is told on the side.</summary>
    public void Print(ShardName shard, RecordsAnswer page)
    {
        PrintGap(shard, page);
        foreach (var record in page.Records) Print(shard, record);
    }

    public void PrintGap(ShardName shard, RecordsAnswer page)
    {
        if (page.Gap is { } gap) session.Screen.Notice($"{shard}: {Printable.Line(gap)}");
    }

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
