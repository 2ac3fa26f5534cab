using System.Globalization;

namespace ActorStreams.Benchmarks;

/// <summary>The command line. Wrong arguments are an <see cref="ArgumentException"/> that names what is allowed.</summary>
public sealed record BenchmarkOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/Benchmarks -- [all|put|put1k|single|get|encodings|latency|fanout|tls|reshard|shards|memory|restart|transport|cluster|formats|agent|delivery|away|idle ...]
          --seconds N      measured seconds of each load, half of them before and half after the yardstick (default 10)
          --gb N           payload gigabytes in the journal for memory and restart (default 2)
          --node PATH      the actorstreams executable or dll (default: this repository's Release build)
          --postgres X     a connection string, or auto for a private cluster (default: SQLite)
          --url URL        an already running node; its CPU and bytes are not observed, memory and restart are left out
          --env NAME=VALUE an environment variable of the node, to compare settings; may be repeated
          --json           one JSON document instead of the table
        Keys for --url: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, region AWS_REGION (default us-east-1).
        """;

    public static readonly IReadOnlyList<string> WorkloadNames = ["put", "put1k", "single", "get", "encodings", "latency", "fanout", "tls", "reshard", "shards", "memory", "restart", "transport", "cluster", "formats", "agent", "delivery", "away", "idle"];

    public IReadOnlyList<string> Workloads { get; init; } = WorkloadNames;

    /// <summary>Short windows measure noise; below 2 s the JIT has not finished with the node.</summary>
    public double Seconds { get; init; } = 10;

    public double JournalGigabytes { get; init; } = 2;

    public string? NodePath { get; init; }

    public string? Postgres { get; init; }

    public Uri? Url { get; init; }

    public IReadOnlyDictionary<string, string> NodeEnvironment { get; init; } = new Dictionary<string, string>();

    public bool Json { get; init; }

    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchmarkOptions();
        var workloads = new List<string>();
        var environment = new Dictionary<string, string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value.\n{Usage}");
            switch (name)
            {
                case "--seconds": options = options with { Seconds = Positive(name, Value()) }; break;
                case "--gb": options = options with { JournalGigabytes = Positive(name, Value()) }; break;
                case "--node": options = options with { NodePath = Value() }; break;
                case "--postgres": options = options with { Postgres = Value() }; break;
                case "--url": options = options with { Url = new Uri(Value()) }; break;
                case "--json": options = options with { Json = true }; break;
                case "--env":
                    var pair = Value().Split('=', 2);
                    environment[pair[0]] = pair.Length == 2 ? pair[1] : throw new ArgumentException($"--env is {pair[0]}; it takes NAME=VALUE.");
                    break;
                case "all": workloads.AddRange(WorkloadNames); break;
                default: workloads.Add(WorkloadNames.Contains(name) ? name : throw new ArgumentException($"Unknown argument {name}.\n{Usage}")); break;
            }
        }
        options = options with { NodeEnvironment = environment };
        return workloads.Count == 0 ? options : options with { Workloads = [.. WorkloadNames.Where(workloads.Contains)] };
    }

    private static double Positive(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{name} is {value}; it takes a number above 0.");
}
