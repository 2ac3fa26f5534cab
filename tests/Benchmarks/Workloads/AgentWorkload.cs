using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ActorStreams.Benchmarks.Load;
using ActorStreams.Benchmarks.Reporting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Benchmarks.Workloads;

/// <summary>The agent in a process of its own over 1 GiB of lines of 1 KiB, against an endpoint that reads each request and answers success.</summary>
public sealed class AgentWorkload : IWorkload
{
    private const int LineBytes = 1024;
    private const int Lines = 1024 * 1024;

    public async Task RunAsync(BenchmarkContext context)
    {
        if (context.Command is not { } command) return;
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "agent")).FullName;
        await WriteLogAsync(Path.Combine(folder, "app.log"));
        var endpoint = new NullEndpoint();
        await using var _ = endpoint;
        var url = await endpoint.StartAsync();
        var configuration = Path.Combine(folder, "agent.json");
        await File.WriteAllTextAsync(configuration, new JsonObject
        {
            ["kinesis.endpoint"] = url,
            ["checkpointFile"] = Path.Combine(folder, "checkpoints"),
            ["flows"] = new JsonArray(new JsonObject
            {
                ["filePattern"] = Path.Combine(folder, "app.log"),
                ["kinesisStream"] = "badges",
                ["initialPosition"] = "START_OF_FILE",
                ["maxBufferAgeMillis"] = 1000,
            }),
        }.ToJsonString());

        var isDll = command.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var began = Stopwatch.GetTimestamp();
        using var agent = Process.Start(isDll ? "dotnet" : command.Path, [.. isDll ? new[] { command.Path } : [], "agent", "-c", configuration]);
        await endpoint.ReceivedAsync(Lines);
        var took = Stopwatch.GetElapsedTime(began);
        var (resident, cpu) = (Usage.ResidentBytesMax(agent.Id), Usage.Of(agent.Id).Cpu);
        using (var kill = Process.Start("kill", ["-TERM", $"{agent.Id}"])) await kill.WaitForExitAsync();
        await agent.WaitForExitAsync();

        const string name = "agent, 1 GiB of 1 KiB lines, null endpoint";
        context.Report.Add(new Figure(name, "from start to the last line", (double)Lines * LineBytes / 1e6 / took.TotalSeconds, "MB/s", "50 MB/s"));
        context.Report.Add(new Figure(name, "CPU of the agent", cpu.TotalMilliseconds * 1_000 / Lines, "µs/record", null));
        context.Report.Add(new Figure(name, "most resident at any time", resident / 1e6, "MB", "< 150 MB"));
    }

    private static async Task WriteLogAsync(string path)
    {
        var line = Encoding.ASCII.GetBytes(new string('x', LineBytes - 1) + "\n");
        var block = Enumerable.Repeat(line, 1024).SelectMany(l => l).ToArray();
        await using var file = File.Create(path);
        for (var i = 0; i < Lines / 1024; i++) await file.WriteAsync(block);
    }

    /// <summary>Says that all is stored, and counts the records by their positions.</summary>
    private sealed class NullEndpoint : IAsyncDisposable
    {
        private static readonly byte[] s_answer = """{"FailedRecordCount":0,"Records":[]}"""u8.ToArray();

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private WebApplication? _app;
        private long _expected = long.MaxValue;
        private long _received;

        public async Task<string> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
            _app = builder.Build();
            _app.Run(AnswerAsync);
            await _app.StartAsync();
            return _app.Urls.First();
        }

        public Task ReceivedAsync(long records)
        {
            Interlocked.Exchange(ref _expected, records);
            if (Interlocked.Read(ref _received) >= records) _done.TrySetResult();
            return _done.Task;
        }

        public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

        private async Task AnswerAsync(HttpContext context)
        {
            while (await context.Request.BodyReader.ReadAsync() is var read)
            {
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
            var records = context.Request.Headers["x-actorstreams-position"].ToString().AsSpan().Count(',') + 1;
            context.Response.Headers["x-actorstreams-repeated"] = "0";
            await context.Response.Body.WriteAsync(s_answer);
            if (Interlocked.Add(ref _received, records) >= Interlocked.Read(ref _expected)) _done.TrySetResult();
        }
    }
}
