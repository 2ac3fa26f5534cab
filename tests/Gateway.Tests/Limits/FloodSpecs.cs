using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Limits;

/// <summary>Producers that outrun a store that hangs, without rates: what a node holds for them is bounded.</summary>
public sealed class FloodSpecs : GatewaySpecs
{
    private const int Mebibyte = 1024 * 1024;
    private const int BodiesBytesMax = 32 * Mebibyte;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override Task InitializeAsync() => StartAsync(new GatewayOptions { RequestBodiesBytesMax = BodiesBytesMax });

    [Fact]
    public async Task What_waits_for_the_store_is_bounded_and_the_rest_is_told_to_try_again()
    {
        await Gateway.StreamAsync(shards: 4);
        Gateway.Streams.StallAppends();

        var puts = Enumerable.Range(0, 100).Select(_ => Gateway.CallAsync("PutRecords", Body())).ToList();
        var refused = await UntilTheRestWaitsAsync(puts);

        var (appends, bytes) = Gateway.Streams.Stalled;
        Assert.InRange(bytes, Mebibyte, BodiesBytesMax);
        // Blocks hold what bodies held as base64, so they are smaller by far than what the bodies may hold.
        Assert.InRange(refused.Count, 100 - (BodiesBytesMax / Mebibyte), 99);
        foreach (var answer in refused)
            answer.AssertError("ServiceUnavailable", "Too many request bodies are in flight; try again.", 503);
        // Another wave finds no more room than the first one left.
        var wave = Enumerable.Range(0, 50).Select(_ => Gateway.CallAsync("PutRecords", Body())).ToList();
        await UntilTheRestWaitsAsync([.. puts, .. wave]);
        Assert.InRange(Gateway.Streams.Stalled.Bytes, bytes, BodiesBytesMax);

        Gateway.Streams.ResumeAppends();

        var answers = await Task.WhenAll([.. puts, .. wave]).WaitAsync(Patience);
        Assert.All(answers, a => Assert.True(a.Status is 200 or 503, a.Body));
        Assert.All(answers.Where(a => a.Status == 200), a => Assert.Equal(0, (int)a.Json["FailedRecordCount"]!));
        Assert.Equal(answers.Count(a => a.Status == 200), Gateway.Streams.AppendCalls);
        // Everything was given back.
        for (var i = 0; i < 40; i++) (await Gateway.CallAsync("PutRecords", Body())).AssertOk();
    }

    // An append for each request, so that both can be counted.
    private async Task<List<Answer>> UntilTheRestWaitsAsync(IReadOnlyList<Task<Answer>> puts)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (puts.Count(p => p.IsCompleted) + Gateway.Streams.Stalled.Appends < puts.Count)
        {
            Assert.False(patience.IsCancellationRequested, $"{Gateway.Streams.Stalled} wait of {puts.Count}.");
            await Task.Delay(5, CancellationToken.None);
        }
        List<Answer> answered = [];
        foreach (var put in puts.Where(p => p.IsCompleted)) answered.Add(await put);
        return answered;
    }

    private static string Body() => "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"k\",\"Data\":\"" + s_data + "\"}]}";

    private static readonly string s_data = Convert.ToBase64String(new byte[Mebibyte - 1]);
}
