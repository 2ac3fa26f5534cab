using ActorStreams.Pipelines.Firehose;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class OwnerProofSpecs
{
    [Fact]
    public async Task It_is_asked_again_once_time_has_gone_by_and_once_for_all_who_write()
    {
        var time = new FakeTimeProvider();
        var asked = 0;
        var proof = new OwnerProof(
            () =>
            {
                asked++;
                return Task.CompletedTask;
            },
            time);

        await proof.CheckAsync(default);
        Assert.Equal(0, asked);

        time.Advance(TimeSpan.FromSeconds(31));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => proof.CheckAsync(default)));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Who_was_replaced_writes_nothing()
    {
        var time = new FakeTimeProvider();
        var proof = new OwnerProof(() => throw new InvalidOperationException("replaced"), time);
        time.Advance(TimeSpan.FromSeconds(31));

        await Assert.ThrowsAsync<InvalidOperationException>(() => proof.CheckAsync(default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => proof.CheckAsync(default));
    }
}
