using System.Collections.Immutable;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Transfer;

namespace ActorStreams.Shards.Tests.Transfer;

public sealed class RemoteAnswersSpecs
{
    private const int Wanted = 10 << 20;

    [Fact]
    public void What_fits_goes_as_it_is() => Assert.Equal([1, 2], Rows(RemoteAnswers.Fit(Batches(60_000, 60_000), Wanted)));

    [Fact]
    public void What_is_a_little_more_is_cut_to_whole_batches() => Assert.Equal([1, 2], Rows(RemoteAnswers.Fit(Batches(100_000, 100_000, 100_000), Wanted)));

    [Fact]
    public void What_is_much_more_is_read_from_the_store() => Assert.Null(RemoteAnswers.Fit(Batches([.. Enumerable.Repeat(100_000, 9)]), Wanted));

    [Fact]
    public void Who_wants_no_more_than_fits_is_not_sent_to_the_store() =>
        Assert.Equal([1, 2], Rows(RemoteAnswers.Fit(Batches([.. Enumerable.Repeat(100_000, 9)]), 200_000)));

    [Fact]
    public void One_large_batch_is_read_from_the_store() => Assert.Null(RemoteAnswers.Fit(Batches(TransferProtocol.MessageBytesMax), Wanted));

    private static long[] Rows(ImmutableArray<RecordBatch>? batches) => [.. batches!.Value.Select(b => b.Row)];

    private static ImmutableArray<RecordBatch> Batches(params int[] bytes) => [.. bytes.Select((size, i) =>
    {
        var block = new RecordBlockBuilder();
        block.Add("key"u8, null, new byte[size]);
        return RecordBatch.Encode(i + 1, [new(block.Build(), 1_000)], []);
    })];
}
