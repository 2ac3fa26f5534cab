using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using ActorStreams.Benchmarks.Hosting;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using Npgsql;
using ParquetSharp;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>
/// Whole deliveries, each by a node of its own, from the first put over HTTP until the last object lies in its folder or the last row in its table; the
/// puts take their share of the same cores. Then what a destination that is away costs.
/// </summary>
public sealed class DeliveryWorkload : IWorkload
{
    private const string Cluster = "warehouse.bench.us-east-1.redshift.amazonaws.com";
    private const double BytesPerMegabyte = 1e6;
    private const double MegabytesPerSecondMax = 100;
    private const int RowsPerSecondMax = 150_000;

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is null) return;
        await ToFolderAsync(context, "GZIP JSON Lines", "50 MB/s", Destination("GZIP", null));

        foreach (var compression in (string[])["SNAPPY", "ZSTD", "GZIP", "UNCOMPRESSED"])
            await ToFolderAsync(context, $"Parquet {compression}", compression is "SNAPPY" or "ZSTD" ? "40 MB/s" : null, Destination("UNCOMPRESSED", compression));
        await ToTableAsync(context);
        await AwayAsync(context);
    }

    private static async Task ToFolderAsync(BenchmarkContext context, string format, string? target, JsonObject destination)
    {
        var name = $"delivery to a folder, {format}";
        await using var node = await StartAsync(context, destination);
        var before = node.Process.Usage();
        var began = DateTime.UtcNow;
        var records = DeliveryFiller.Fill(node.Connect, "bench", (long)(context.Options.Seconds * MegabytesPerSecondMax * BytesPerMegabyte / SensorRecords.Bytes), SensorRecords.Record);
        var putsTook = DateTime.UtcNow - began;
        var isParquet = destination.ContainsKey("DataFormatConversionConfiguration");
        var took = await (isParquet ? node.DeliveredAsync(records, ".parquet", Rows) : node.DeliveredAsync(records, ".gz", Lines)) - began;
        var cpu = (node.Process.Usage() - before).Cpu;
        Report(context, name, target, records * SensorRecords.Bytes / BytesPerMegabyte / took.TotalSeconds, "MB/s", "first put until the last object");
        Report(context, name, null, records * SensorRecords.Bytes / BytesPerMegabyte / putsTook.TotalSeconds, "MB/s", "of it the puts");
        Report(context, name, null, cpu.TotalMicroseconds / records, "us", "CPU of the node a record, its puts included");
        Report(context, name, null, Usage.ResidentBytesMax(node.Process.Id) / BytesPerMegabyte, "MB", "most resident");
    }

    private static async Task ToTableAsync(BenchmarkContext context)
    {
        const string name = "delivery to PostgreSQL by COPY, badge lines";
        await using var postgres = await PostgresCluster.StartAsync(Path.Combine(context.Folder, "warehouse"));
        await using var warehouse = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using (var create = warehouse.CreateCommand("CREATE TABLE readings (id int NOT NULL, at timestamptz NOT NULL, badge int NOT NULL, gate int NOT NULL, zone text NOT NULL)"))
            await create.ExecuteNonQueryAsync();
        var destination = new JsonObject
        {
            ["RoleARN"] = Role,
            ["ClusterJDBCURL"] = $"jdbc:redshift://{Cluster}:5439/postgres",
            ["Username"] = "bench",
            ["Password"] = "bench-password",
            ["CopyCommand"] = new JsonObject { ["DataTableName"] = "readings", ["CopyOptions"] = "json 'auto'" },
            ["S3Configuration"] = Destination("UNCOMPRESSED", null),
            ["ProcessingConfiguration"] = Delimiter(),
        };
        await using var node = await StartAsync(context, destination, "Redshift", ($"ActorStreams__Firehose__Warehouses__{Cluster}", postgres.ConnectionString));
        var began = Stopwatch.GetTimestamp();
        var records = DeliveryFiller.Fill(node.Connect, "bench", (long)(context.Options.Seconds * RowsPerSecondMax), SensorRecords.Badge);
        await using var count = warehouse.CreateCommand("SELECT count(*) FROM readings");
        while ((long)(await count.ExecuteScalarAsync())! < records) await Task.Delay(20);
        Report(context, name, "80,000 rows/s", records / Stopwatch.GetElapsedTime(began).TotalSeconds, "rows/s", "first put until the last row");
    }

    /// <summary>Puts come as fast as they are taken, and nothing goes out.</summary>
    private static async Task AwayAsync(BenchmarkContext context)
    {
        await using var node = await StartAsync(context, Destination("GZIP", null), settings: ("ActorStreams__Firehose__Buckets__lake__RequiredFile", "mounted"));
        var before = Usage.ResidentBytes(node.Process.Id);
        var records = DeliveryFiller.Fill(node.Connect, "bench", (long)(context.Options.Seconds * MegabytesPerSecondMax * BytesPerMegabyte / SensorRecords.Bytes), SensorRecords.Record);
        await Task.Delay(context.Window);
        var name = $"delivery to a folder that is away, {records * SensorRecords.Bytes / BytesPerMegabyte:0} MB put";
        Report(context, name, null, before / BytesPerMegabyte, "MB", "resident before");
        Report(context, name, "< 700 MB", Usage.ResidentBytesMax(node.Process.Id) / BytesPerMegabyte, "MB", "most resident");
        Report(context, name, null, node.Spooled / BytesPerMegabyte, "MB", "spooled");
        var returned = DateTime.UtcNow;
        await File.WriteAllTextAsync(Path.Combine(node.Lake.FullName, "mounted"), "");
        var took = await node.DeliveredAsync(records, ".gz", Lines) - returned;
        Report(context, name, null, records * SensorRecords.Bytes / BytesPerMegabyte / took.TotalSeconds, "MB/s", "caught up once it is back");
    }

    private static Task<DeliveringNode> StartAsync(
        BenchmarkContext context, JsonObject destination, string kind = "ExtendedS3", params (string Name, string Value)[] settings) =>
        DeliveringNode.StartAsync(context, [.. settings, .. SensorTable], destination, kind);

    private static void Report(BenchmarkContext context, string name, string? target, double value, string unit, string what) =>
        context.Report.Add(new Figure(name, what, Math.Round(value, value < 10 ? 2 : 0), unit, target));

    private const string Role = "arn:aws:iam::000000000000:role/bench";

    private static readonly IEnumerable<(string, string)> SensorTable =
        SensorRecords.Columns.Select((column, i) => ($"ActorStreams__Firehose__Tables__bench.sensors__{i}", column));

    private static JsonObject Destination(string compression, string? parquet)
    {
        var destination = new JsonObject
        {
            ["RoleARN"] = Role,
            ["BucketARN"] = "arn:aws:s3:::lake",
            ["CompressionFormat"] = compression,
            ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 1 },
        };
        if (parquet is null)
        {
            destination["ProcessingConfiguration"] = Delimiter();
            return destination;
        }
        destination["DataFormatConversionConfiguration"] = new JsonObject
        {
            ["Enabled"] = true,
            ["SchemaConfiguration"] = new JsonObject { ["RoleARN"] = Role, ["DatabaseName"] = "bench", ["TableName"] = "sensors" },
            ["InputFormatConfiguration"] = new JsonObject { ["Deserializer"] = new JsonObject { ["OpenXJsonSerDe"] = new JsonObject() } },
            ["OutputFormatConfiguration"] = new JsonObject { ["Serializer"] = new JsonObject { ["ParquetSerDe"] = new JsonObject { ["Compression"] = parquet } } },
        };
        return destination;
    }

    private static JsonObject Delimiter() => new()
    {
        ["Enabled"] = true,
        ["Processors"] = new JsonArray(new JsonObject { ["Type"] = "AppendDelimiterToRecord" }),
    };

    private static long Rows(FileInfo file)
    {
        using var reader = new ParquetFileReader(file.FullName);
        return reader.FileMetaData.NumRows;
    }

    private static long Lines(FileInfo file)
    {
        using var gzip = new GZipStream(file.OpenRead(), CompressionMode.Decompress);
        var buffer = new byte[1 << 20];
        long lines = 0;
        for (int read; (read = gzip.Read(buffer)) > 0;) lines += buffer.AsSpan(0, read).Count((byte)'\n');
        return lines;
    }
}
