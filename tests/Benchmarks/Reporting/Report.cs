using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorStreams.Benchmarks.Reporting;

/// <summary>Collects rows and figures, shows each as soon as it is there, or all of them as one JSON document at the end.</summary>
public sealed class Report(Machine machine, string store, bool json, TextWriter output)
{
    private const string Columns = "{0,-40} {1,-11} {2,12} {3,9} {4,9} {5,9} {6,9} {7,8} {8,8} {9,7}  {10}";
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private readonly List<Row> _rows = [];
    private readonly List<Figure> _figures = [];
    private bool? _signaturesVerified;

    public void Begin()
    {
        if (json)
            return;
        output.WriteLine($"{machine.Cores} cores, {machine.CpuModel}, {machine.MemoryGigabytes} GB; {machine.OperatingSystem}; .NET {machine.Runtime}");
        output.WriteLine($"{machine.FileSystem}: 4 KiB write and fsync {Text(machine.FsyncP50Ms)} ms p50, {Text(machine.FsyncP99Ms)} ms p99; store {store}");
        output.WriteLine();
        output.WriteLine(Columns, "workload", "system", "records/s", "MB/s", "p50 ms", "p99 ms", "CPU s/M", "written", "load CPU", "ratio", "target");
    }

    /// <summary>Whether the node really checks signatures; figures of one that does not are no figures of an SDK's use.</summary>
    public void SetSignaturesVerified(bool verified)
    {
        if (!json && !verified && _signaturesVerified is null)
            output.WriteLine("NOTE: this node accepts any signature; verifying them would cost it more CPU.");
        _signaturesVerified = verified;
    }

    public void Add(Row row)
    {
        _rows.Add(row);
        if (json)
            return;
        Line(row.Workload, row.Node, row.Ratio, row.Target);
        if (row.Yardstick is { } yardstick)
            Line("", yardstick, null, null);
        if (row.Node.Refused > 0)
            output.WriteLine($"    refused {row.Node.Refused} records, first: {row.Node.FirstRefusal}");
    }

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        if (!json)
            output.WriteLine($"{figure.Workload,-40} {figure.Name}: {Text(figure.Value)} {figure.Unit}{(figure.Target is null ? "" : $"  (target {figure.Target})")}");
    }

    public void End()
    {
        if (json)
            output.WriteLine(JsonSerializer.Serialize(new { machine, store, signaturesVerified = _signaturesVerified, rows = _rows, figures = _figures }, Indented));
        else
        {
            output.WriteLine();
            output.WriteLine("CPU s/M: CPU seconds of the system per million records (a yardstick inside the benchmark counts its whole process); load CPU: the");
            output.WriteLine("generator's own; written: bytes to the disk per payload byte; ratio: node over yardstick in records/s,");
            output.WriteLine("of the paced loads in p50.");
        }
    }

    private void Line(string workload, Side side, double? ratio, string? target) =>
        output.WriteLine(Columns, workload, side.Name, side.RecordsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            Text(side.MegabytesPerSecond), Text(side.P50Ms), Text(side.P99Ms), Text(side.CpuSecondsPerMillion), Text(side.WrittenPerPayloadByte),
            Text(side.GeneratorCpuSecondsPerMillion), Text(ratio), target);

    private static string Text(double? value) => value is { } v
        ? v.ToString(Math.Abs(v) >= 100 ? "N0" : Math.Abs(v) >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture)
        : "-";
}
