namespace ActorStreams.Pbm.Tests;

/// <summary>Wrong command lines: refused with what was wrong and what is allowed, before anything is asked.</summary>
public class CommandLineSpecs
{
    [Theory]
    [InlineData("cluster", "pbm cluster: a command is missing; allowed are show, status, leave, down.")]
    [InlineData("clutser show", "pbm: 'clutser' is none of its commands; allowed are cluster, cluster-sharding, stream, shard, lease, consumer, pipeline, delivery.")]
    [InlineData("stream rename orders", "pbm stream: 'rename' is none of its commands; allowed are list, show, create, split, merge, scale, tail, delete.")]
    [InlineData("stream show", "Required argument 'STREAM' missing")]
    [InlineData("stream show a/b", "'a/b' is no stream's name")]
    [InlineData("stream list extra", "Unrecognized command or argument 'extra'.")]
    [InlineData("stream create orders --shards 0", "--shards 0: allowed are 1 to 10000.")]
    [InlineData("stream create orders --shards many", "--shards many: allowed are 1 to 10000.")]
    [InlineData("stream create orders --shards 2 --on-demand", "--shards and --on-demand: allowed is one of the two")]
    [InlineData("stream split orders", "'orders' is no shard; allowed is STREAM/NUMBER or STREAM/shardId-NUMBER, such as orders/3.")]
    [InlineData("stream split orders/1 --at -4", "--at -4: allowed are hash keys")]
    [InlineData("stream split orders/1 --at 340282366920938463463374607431768211456", "allowed are hash keys, 0 to 2^128-1 in decimal.")]
    [InlineData("stream merge orders/1 invoices/2", "orders/1 and invoices/2 belong to two streams")]
    [InlineData("stream merge orders/1 orders/1", "orders/1 is named twice")]
    [InlineData("stream scale orders none", "SHARDS none: allowed are 1 to 10000.")]
    [InlineData("stream tail orders --from yesterday", "--from yesterday: allowed are TRIM_HORIZON, LATEST, a time such as 2026-11-26T10:00:00Z, and a sequence number.")]
    [InlineData("stream tail orders --from 49600000000000000000000000000000000000000000000000001205", "--shard must say of which shard")]
    [InlineData("stream tail orders --shard x", "--shard x: allowed is a shard's number or its id")]
    [InlineData("shard read orders/1 --limit 0", "--limit 0: allowed are 1 to 1000000.")]
    [InlineData("cluster down --yes", "NODE is missing; allowed is a member as host:port")]
    [InlineData("cluster down 10.0.0.1:4053 -a 10.0.0.2:4053 --yes", "NODE and --address: allowed is one of the two.")]
    [InlineData("cluster-sharding stats shard -t shard", "TYPE and --type: allowed is one of the two.")]
    [InlineData("consumer reset alerts --yes", "Option '--at' is required.")]
    [InlineData("consumer reset alerts --at 49600000000000000000000000000000000000000000000000001205 --yes", "allowed are a time such as 2026-11-26T10:00:00Z, TRIM_HORIZON and LATEST.")]
    [InlineData("consumer lag --watch --interval never", "--interval never: allowed are 1ms to 24 hours")]
    [InlineData("cluster show --timeout soon", "--timeout soon: allowed are 1ms to 24 hours")]
    [InlineData("cluster show --endpoint ftp://node", "'ftp://node' is not an address of a management endpoint")]
    [InlineData("cluster show --endpoint ,", "it names no address")]
    [InlineData("cluster show --token a --token-file TOKENFILE", "--token and --token-file: allowed is one of the two.")]
    [InlineData("cluster show --token-file nowhere", "--token-file: there is no file")]
    [InlineData("cluster show --token-file EMPTYFILE", "--token-file: what it holds is no token")]
    public async Task A_wrong_command_line_is_refused_with_what_is_allowed(string line, string words)
    {
        await using var stub = await StubEndpoint.StartRecordedAsync();
        var files = Directory.CreateTempSubdirectory("pbm-tests-").FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "TOKENFILE"), "secret");
        await File.WriteAllTextAsync(Path.Combine(files, "EMPTYFILE"), "\n");

        var run = await CommandRun.Async(stub, [.. line.Split(' ').Select(w => w.EndsWith("FILE", StringComparison.Ordinal) ? Path.Combine(files, w) : w)]);

        Directory.Delete(files, recursive: true);
        Assert.Equal((ExitCodes.WrongCommandLine, ""), (run.ExitCode, run.Out));
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task A_wrong_environment_variable_is_refused_by_its_name()
    {
        var endpoint = await CommandRun.WithAsync(["cluster", "show"], new() { ["PBM_ENDPOINT"] = "gopher://node" });
        var token = await CommandRun.WithAsync(["cluster", "show"], new() { ["PBM_TOKEN"] = "two words" });

        Assert.Equal(ExitCodes.WrongCommandLine, endpoint.ExitCode);
        Assert.Contains("PBM_ENDPOINT: 'gopher://node' is not an address", endpoint.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.WrongCommandLine, token.ExitCode);
        Assert.Contains("PBM_TOKEN: what it holds is no token", token.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", token.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_palettes_and_the_exit_codes()
    {
        var run = await CommandRun.WithAsync(["--help"]);

        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.All(
            (string[])["cluster-sharding", "stream", "shard", "lease", "consumer", "pipeline", "delivery", "Exit codes: 0 done", "--endpoint", "--token-file", "--json", "--timeout"],
            word => Assert.Contains(word, run.Out, StringComparison.Ordinal));
    }
}
