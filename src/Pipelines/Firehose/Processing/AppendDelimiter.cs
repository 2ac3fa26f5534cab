namespace ActorStreams.Pipelines.Firehose.Processing;

/// <summary>Firehose's AppendDelimiterToRecord.</summary>
public sealed class AppendDelimiter(ReadOnlyMemory<byte> delimiter) : IRecordStep
{
    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        if (delimiter.IsEmpty) return Task.FromResult(new Processed(records, [], 0));
        return Task.FromResult(new Processed([.. records.Select(r => r with { Data = Appended(r.Data.Span) })], [], 0));
    }

    private byte[] Appended(ReadOnlySpan<byte> data)
    {
        var all = new byte[data.Length + delimiter.Length];
        data.CopyTo(all);
        delimiter.Span.CopyTo(all.AsSpan(data.Length));
        return all;
    }
}
