using System.Diagnostics;
using System.Globalization;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using ActorStreams.Pipelines.Firehose.Processing;
using ActorStreams.Pipelines.Firehose.Processing.Jq;
using ActorStreams.Pipelines.Formats;
using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// JSON records of 1 KiB with 12 fields, encoded on one thread of this process into objects of 64 MB that go nowhere. Each figure is of input, by
/// the clock and by the CPU time that the process took, which on a busy machine is the steadier one.
/// </summary>
public sealed class FormatsWorkload : IWorkload
{
    private const int Variants = 16_384;
    private const long ObjectBytes = 64_000_000;
    private const double BytesPerMegabyte = 1e6;

    public Task RunAsync(BenchmarkContext context)
    {
        IReadOnlyList<Column> columns = [.. SensorRecords.Columns.Select(c => c.Split(' ')).Select(c => new Column(c[0], ColumnType.Parse(c[1], out _)!))];
        var records = Enumerable.Range(0, Variants).Select(SensorRecords.Record).ToArray();
        foreach (var compression in Enum.GetValues<CompressionFormat>())
            Encode(context, $"JSON Lines, {compression}", new PlainFormat(compression) { Delimiter = "\n"u8.ToArray() }, records, compression == CompressionFormat.Gzip ? "50 MB/s" : null);
        foreach (var compression in Enum.GetValues<ParquetCompression>())
            Encode(context, $"Parquet, {compression}", new ParquetFormat(columns) { Compression = compression }, records, compression is ParquetCompression.Snappy or ParquetCompression.Zstd ? "40 MB/s" : null);
        Encode(context, "Avro, deflate", new AvroFormat(columns), records, null);
        Partition(context, records);
        return Task.CompletedTask;
    }

    private static void Encode(BenchmarkContext context, string name, IObjectFormat format, byte[][] records, string? target)
    {
        long written = 0;
        Measure(context, name, target, () =>
        {
            var output = new CountingStream();
            using var encoder = format.Open(output);
            long bytes = 0;
            for (var i = 0; bytes < ObjectBytes; i = (i + 1) % records.Length)
            {
                if (encoder.Add(records[i]) is { } problem) throw new InvalidOperationException(problem);
                bytes += records[i].Length;
            }
            encoder.Finish();
            written = output.Length;
            return bytes;
        });
        context.Report.Add(new Figure(name, "object of 64 MB", Math.Round(written / BytesPerMegabyte, 2), "MB", null));
    }

    private static void Partition(BenchmarkContext context, byte[][] records)
    {
        var query = JqQuery.Parse("""{site: .site, zone: (.zone | ascii_downcase), day: (.ts / 1000 | strftime("%F"))}""", out _)!;
        var step = new MetadataExtraction(query);
        var batch = records.Take(500).Select((r, i) => new DeliveryRecord(i.ToString(CultureInfo.InvariantCulture), DateTimeOffset.UnixEpoch, r)).ToArray();
        Measure(context, "partition keys by a query of three", null, () =>
        {
            if (step.ProcessAsync(batch, CancellationToken.None).Result.Failed.Count > 0) throw new InvalidOperationException("A record has no keys.");
            return batch.Sum(r => (long)r.Data.Length);
        });
    }

    private static void Measure(BenchmarkContext context, string name, string? target, Func<long> once)
    {
        once();
        var cpu = Usage.OfThisProcess().Cpu;
        var start = Stopwatch.GetTimestamp();
        long bytes = 0;
        do bytes += once();
        while (Stopwatch.GetElapsedTime(start) < context.Window);
        var elapsed = Stopwatch.GetElapsedTime(start);
        cpu = Usage.OfThisProcess().Cpu - cpu;
        context.Report.Add(new Figure(name, "input", Math.Round(bytes / BytesPerMegabyte / elapsed.TotalSeconds, 1), "MB/s", target));
        context.Report.Add(new Figure(name, "input for a second of CPU", Math.Round(bytes / BytesPerMegabyte / cpu.TotalSeconds, 1), "MB", null));
    }

    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
