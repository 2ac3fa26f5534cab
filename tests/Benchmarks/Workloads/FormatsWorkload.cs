using System.Diagnostics;
using System.Globalization;
using System.Text;
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
    private const int RecordBytes = 1_024;
    private const long ObjectBytes = 64_000_000;
    private const double BytesPerMegabyte = 1e6;

    public Task RunAsync(BenchmarkContext context)
    {
        var records = Enumerable.Range(0, Variants).Select(Record).ToArray();
        foreach (var compression in Enum.GetValues<CompressionFormat>())
            Encode(context, $"JSON Lines, {compression}", new PlainFormat(compression) { Delimiter = "\n"u8.ToArray() }, records, compression == CompressionFormat.Gzip ? "50 MB/s" : null);
        foreach (var compression in Enum.GetValues<ParquetCompression>())
            Encode(context, $"Parquet, {compression}", new ParquetFormat(Columns()) { Compression = compression }, records, compression is ParquetCompression.Snappy or ParquetCompression.Zstd ? "40 MB/s" : null);
        Encode(context, "Avro, deflate", new AvroFormat(Columns()), records, null);
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

    private static IReadOnlyList<Column> Columns() =>
        [.. new[] { "id string", "site string", "zone string", "badge bigint", "ts timestamp", "temp double", "battery float", "ok boolean", "count int", "amount decimal(12,2)", "day date", "text string" }
            .Select(c => c.Split(' ')).Select(c => new Column(c[0], ColumnType.Parse(c[1], out _)!))];

    /// <summary>Names that come again, numbers that do not, and text of words that make up the rest.</summary>
    private static byte[] Record(int i)
    {
        var random = new SplitMix(i);
        var head = string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{random.Next():x16}}","site":"site-{{i % 20}}","zone":"Zone {{i % 200}}","badge":{{random.Next() % 1_000_000}},"ts":{{1_773_068_645_000 + (i * 37L)}},"temp":{{random.Next() % 40_000 / 1000.0}},"battery":{{random.Next() % 100 / 100.0}},"ok":{{(i % 3 == 0 ? "false" : "true")}},"count":{{random.Next() % 5_000}},"amount":{{random.Next() % 1_000_000 / 100.0}},"day":"2026-03-{{(i % 28) + 1:00}}","text": """);
        var text = new StringBuilder(head).Append('"');
        while (text.Length < RecordBytes - 2) text.Append(s_words[random.Next() % (ulong)s_words.Length]).Append(' ');
        text.Length = RecordBytes - 2;
        return Encoding.ASCII.GetBytes(text.Append("\"}").ToString());
    }

    private static readonly string[] s_words =
        ["door", "opened", "by", "badge", "at", "gate", "north", "hall", "denied", "granted", "battery", "low", "sensor", "error", "retry", "timeout", "calibrated", "moved", "offline", "restart"];

    private struct SplitMix(int seed)
    {
        private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

        public ulong Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
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
