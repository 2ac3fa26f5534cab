namespace ActorStreams.Pipelines.Firehose.Processing.Lines;

/// <summary>Makes JSON of records that are lines of text each.</summary>
public sealed class LineConversion(ILineConverter converter) : IRecordStep
{
    public const string FailedCode = "LineConversion.Failed";

    public bool IsDeterministic => true;

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        foreach (var record in records)
        {
            cancel.ThrowIfCancellationRequested();
            if (converter.Convert(record.Data.Span, out var problem) is { } json) good.Add(record with { Data = json });
            else failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, FailedCode, problem!, 1));
        }
        return Task.FromResult(new Processed(good, failed, 0));
    }
}
