using System.Diagnostics;
using ActorStreams.TestKit;
using Xunit.Abstractions;

namespace ActorStreams.Node.Tests.Clients;

/// <summary>Clients as AWS ships them against the real executable, with any credentials and region and nothing but the endpoint changed.</summary>
public sealed class ClientSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // A key to encrypt streams with; any 32 bytes are one.
    private static readonly Dictionary<string, string> Settings = new() { ["Encryption:Keys:orders"] = Convert.ToBase64String(new byte[32]) };

    private static string Scripts => Path.Combine(AppContext.BaseDirectory, "Clients");

    [SkippableFact]
    public async Task Boto3_walks_through_the_life_of_a_stream()
    {
        Requires.Python3WithBoto3();
        await WalkAsync("python3", Path.Combine(Scripts, "boto3_client.py"));
    }

    [SkippableFact]
    public async Task Boto3_calls_every_operation()
    {
        Requires.Python3WithBoto3();
        await WalkAsync("python3", Path.Combine(Scripts, "boto3_operations.py"));
    }

    [SkippableFact]
    public async Task The_aws_command_line_walks_through_the_life_of_a_stream()
    {
        Requires.AwsCli();
        await WalkAsync("bash", Path.Combine(Scripts, "aws_cli.sh"));
    }

    [SkippableTheory]
    [InlineData]
    [InlineData("http1")]
    public Task The_javascript_sdk_walks_through_the_life_of_a_stream(params string[] handler) => WalkInNodeAsync("javascript_client.mjs", handler);

    [SkippableFact]
    public Task The_javascript_sdk_calls_every_operation_that_configures_streams() => WalkInNodeAsync("javascript_operations.mjs");

    private async Task WalkInNodeAsync(string script, params string[] arguments)
    {
        Requires.Node();
        // Its packages lie beside the script in the source folder, where build.sh puts them.
        var folder = Path.Combine(NodeProcess.RepositoryRoot(), "tests", "Node.Tests", "Clients");
        Requires.Need(Directory.Exists(Path.Combine(folder, "node_modules")), "the AWS SDK for JavaScript", $"npm install --prefix {folder}");
        await WalkAsync("node", Path.Combine(folder, script), arguments);
    }

    [SkippableFact]
    public async Task Boto3_that_lost_an_answer_tries_again_and_each_record_is_stored_once()
    {
        Requires.Python3WithBoto3();
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();
        await using var proxy = new LosingProxy(node.Port, () => Task.CompletedTask);

        await RunAsync(folder, node, "python3", Path.Combine(Scripts, "retried_puts.py"), node.Endpoint.ToString(), proxy.Endpoint.ToString(), "orders");

        Assert.Equal(4, proxy.Losses);
    }

    [SkippableFact]
    public async Task Boto3_tries_again_after_the_node_was_killed_and_each_record_is_stored_once()
    {
        Requires.Python3WithBoto3();
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent on Linux and macOS only.");
        using var folder = new TempFolder();
        var node = NodeProcess.Start(folder.Folder("data"));
        try
        {
            await node.ReadyAsync();
            await using var proxy = new LosingProxy(node.Port, async () =>
            {
                await node.KillAsync();
                await node.DisposeAsync();
                node = node.Restart();
                await node.ReadyAsync();
            });

            await RunAsync(folder, node, "python3", Path.Combine(Scripts, "retried_puts.py"), node.Endpoint.ToString(), proxy.Endpoint.ToString(), "orders");

            Assert.Equal(4, proxy.Losses);
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task The_examples_of_exactly_once_puts_do_what_their_page_says()
    {
        Requires.Python3WithBoto3();
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"));
        await node.ReadyAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(NodeProcess.RepositoryRoot(), "docs", "exactly-once-puts.md"));
        var examples = page.Split("```python\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]).ToList();

        Assert.Equal(2, examples.Count);
        foreach (var (example, i) in examples.Select((example, i) => (example, i)))
        {
            var script = Path.Combine(folder.Path, $"example{i}.py");
            await File.WriteAllTextAsync(script, example);
            await RunAsync(folder, node, "python3", script);
        }
    }

    private async Task WalkAsync(string program, string script, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using var node = NodeProcess.Start(folder.Folder("data"), settings: Settings);
        await node.ReadyAsync();
        await RunAsync(folder, node, program, [script, node.Endpoint.ToString(), "walk", .. arguments]);
    }

    private async Task RunAsync(TempFolder folder, NodeProcess node, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                 [("AWS_ACCESS_KEY_ID", "anyone"), ("AWS_SECRET_ACCESS_KEY", "anything"), ("AWS_REGION", "mars-north-1"), ("AWS_DEFAULT_REGION", "mars-north-1"), ("AWS_EC2_METADATA_DISABLED", "true"), ("KINESIS_ENDPOINT", node.Endpoint.ToString())])
            start.Environment[name] = value;
        using var client = Process.Start(start)!;
        var printed = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await client.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!client.HasExited) client.Kill(entireProcessTree: true);
            output.WriteLine($"{await printed}{await errors}");
        }

        Assert.True(client.ExitCode == 0, $"{program} ended with {client.ExitCode}:\n{await printed}{await errors}\nThe node:\n{node.Output}");
    }
}
