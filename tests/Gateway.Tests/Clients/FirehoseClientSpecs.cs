using System.Diagnostics;
using ActorStreams.Gateway.Hosting;
using ActorStreams.Gateway.Limits;
using ActorStreams.Gateway.Tests.Firehose;
using ActorStreams.TestKit;

namespace ActorStreams.Gateway.Tests.Clients;

/// <summary>SDKs as AWS ships them on the Firehose API, with any credentials and region and nothing but the endpoint changed.</summary>
public sealed class FirehoseClientSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Folder = Path.Combine(NodeProcess.RepositoryRoot(), "tests", "Gateway.Tests", "Clients");

    [SkippableFact]
    public async Task Boto3_calls_every_operation()
    {
        Requires.Python3WithBoto3();

        // Without bytecode the source folder stays as it is.
        await WalkAsync(new GatewayOptions(), "python3", "-B", Path.Combine(Folder, "boto3_firehose.py"));
    }

    [SkippableFact]
    public async Task Boto3_meets_the_rates_of_the_service()
    {
        Requires.Python3WithBoto3();

        await WalkAsync(new GatewayOptions { Limits = LimitsMode.Compat }, "python3", "-B", Path.Combine(Folder, "boto3_firehose_limits.py"));
    }

    [SkippableFact]
    public async Task The_javascript_sdk_calls_every_operation()
    {
        Requires.Node();
        Requires.Need(Directory.Exists(Path.Combine(Folder, "node_modules")), "the AWS SDK for JavaScript", $"npm install --prefix {Folder}");

        await WalkAsync(new GatewayOptions(), "node", Path.Combine(Folder, "javascript_firehose.mjs"));
    }

    private static async Task WalkAsync(GatewayOptions options, string program, params string[] script)
    {
        await using var gateway = await GatewayHost.StartAsync(options, deliveries: (streams, time) => new InMemoryDeliveryStreams(streams, time));
        var start = new ProcessStartInfo(program, [.. script, gateway.Address.ToString(), "walk"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
                 [("AWS_ACCESS_KEY_ID", "anyone"), ("AWS_SECRET_ACCESS_KEY", "anything"), ("AWS_REGION", "mars-north-1"), ("AWS_DEFAULT_REGION", "mars-north-1"), ("AWS_EC2_METADATA_DISABLED", "true")])
            start.Environment[name] = value;
        using var client = Process.Start(start)!;
        var printed = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await client.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            client.Kill(entireProcessTree: true);
        }
        Assert.True(client.ExitCode == 0, $"{program} ended with {client.ExitCode}:\n{await printed}{await errors}");
    }
}
