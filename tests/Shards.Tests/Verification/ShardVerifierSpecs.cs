using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Streams;
using ActorStreams.Shards.Tests.Serialization;
using ActorStreams.Shards.Verification;

namespace ActorStreams.Shards.Tests.Verification;

public sealed class ShardVerifierSpecs
{
    private const string Batch = Manifests.ShardEvents.RecordsAppended;
    private static readonly ShardKey s_shard = new("eu-test-1", new Incarnation(1_750_000_000_000), 0);
    private readonly JournalInMemory _journal = new();
    private long? _trimmedTo = 0;
    private EncryptionKeys _keys = EncryptionKeys.None;

    [Fact]
    public async Task Rows_as_they_were_written_have_no_problem()
    {
        WriteShard(batches: 10);

        var found = await VerifyAsync();

        Assert.Empty(found.Problems);
        Assert.Equal((true, 12L, 30L, 1L, 12L), (found.IsOk, found.Rows, found.Records, found.FirstRow, found.LastRow));
    }

    [Fact]
    public async Task More_rows_than_one_window_holds_are_walked_to_the_end()
    {
        WriteShard(batches: 4_500);
        _journal.Remove(4_200);

        var steps = new List<ShardVerification>();
        await foreach (var so in Walk()) steps.Add(so);

        Assert.Equal([2_000L, 4_000L, 4_502L], steps.Select(s => s.LastRow));
        Assert.Equal((RowProblemKind.Gap, 4_200L), Only(steps[^1]));
    }

    [Fact]
    public async Task A_changed_byte_is_told_by_the_checksum()
    {
        WriteShard(batches: 5);
        _journal[4][^1] ^= 1;

        Assert.Equal((RowProblemKind.Checksum, 4L), Only(await VerifyAsync()));
    }

    [Fact]
    public async Task A_batch_that_is_cut_short_is_told_by_the_checksum()
    {
        WriteShard(batches: 5);
        _journal.Put(4, Batch, _journal[4][..^7]);

        Assert.Equal((RowProblemKind.Checksum, 4L), Only(await VerifyAsync()));
    }

    [Fact]
    public async Task A_header_that_contradicts_its_payload_is_told_though_the_checksum_is_right()
    {
        WriteShard(batches: 5);
        BinaryPrimitives.WriteUInt32LittleEndian(_journal[4].AsSpan(4), 2);
        Seal(_journal[4]);

        Assert.Equal((RowProblemKind.Header, 4L), Only(await VerifyAsync()));
    }

    [Fact]
    public async Task Missing_rows_are_told_from_the_first_to_the_last_of_them()
    {
        WriteShard(batches: 8);
        foreach (var row in (long[])[4, 5, 6]) _journal.Remove(row);

        var found = await VerifyAsync();

        Assert.Equal((RowProblemKind.Gap, 4L), Only(found));
        Assert.Contains("Rows 4 to 6", found.Problems[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_were_given_up_are_not_missing()
    {
        WriteShard(batches: 8);
        foreach (var row in (long[])[1, 2, 3, 4]) _journal.Remove(row);
        _trimmedTo = 4;
        Assert.Empty((await VerifyAsync()).Problems);

        // The owner does not answer: the walk begins with the first batch.
        _trimmedTo = null;
        var found = await VerifyAsync();
        Assert.Empty(found.Problems);
        Assert.Equal(5, found.FirstRow);
    }

    [Fact]
    public async Task Rows_that_are_given_up_during_the_walk_are_not_missing()
    {
        WriteShard(batches: 8);
        _journal.Remove(1);
        _journal.Remove(2);
        var asked = 0;

        var found = new List<ShardVerification>();
        await foreach (var so in new ShardVerifier(_journal, _keys).WalkAsync(s_shard, _ => Task.FromResult<long?>(asked++ == 0 ? 0 : 2), 0, default)) found.Add(so);

        Assert.Empty(found[^1].Problems);
    }

    [Fact]
    public async Task A_batch_in_the_row_of_another_one_is_told()
    {
        WriteShard(batches: 5);
        _journal.Put(4, Batch, Encode(5, 1_000));

        Assert.Equal((RowProblemKind.Order, 4L), Only(await VerifyAsync()));
    }

    [Fact]
    public async Task Records_above_the_row_with_which_the_shard_ended_are_told()
    {
        WriteShard(batches: 3);
        _journal.Put(6, Manifests.ShardEvents.Closed, [1]);
        _journal.Put(7, Batch, Encode(7, 1_200));

        Assert.Equal((RowProblemKind.Order, 7L), Only(await VerifyAsync(closedRow: 6)));
    }

    [Fact]
    public async Task Arrival_times_that_fall_are_told()
    {
        WriteShard(batches: 3);
        _journal.Put(6, Batch, Encode(6, 999));

        Assert.Equal((RowProblemKind.Time, 6L), Only(await VerifyAsync()));
    }

    [Theory]
    [InlineData(2, 7, 1)]
    [InlineData(1, 8, 1)]
    [InlineData(1, 6, 2)]
    public async Task Positions_and_epochs_of_a_producer_that_do_not_rise_are_told(long epoch, byte position, int problems)
    {
        WriteShard(batches: 3);
        _journal.Put(6, Batch, Encode(6, 1_100, new ProducerAdvance("agent", 2, new ProducerPosition(new byte[] { 7 }))));
        _journal.Put(7, Batch, Encode(7, 1_100, new ProducerAdvance("agent", epoch, new ProducerPosition(new[] { position }))));

        var found = await VerifyAsync();

        Assert.All(found.Problems, p => Assert.Equal((RowProblemKind.Producer, 7L), (p.Kind, p.Row)));
        Assert.Equal(problems, found.Problems.Length);
    }

    [Fact]
    public async Task Sealed_batches_are_opened_where_the_key_is_there_and_counted_where_it_is_not()
    {
        _journal.Put(1, Manifests.ShardEvents.Opened, [1]);
        using var cipher = Samples.Keys.CipherOf("orders/2026", s_shard.PersistenceId)!;
        _journal.Put(2, Batch, Decoded(Encode(2, 1_000)).Seal(cipher, RandomNumberGenerator.GetBytes(ShardCipher.NonceBytes)).Stored.ToArray());

        var closed = await VerifyAsync();
        _keys = Samples.Keys;
        var opened = await VerifyAsync();
        _journal[2][^20] ^= 1;
        Seal(_journal[2]);
        var damaged = await VerifyAsync();

        Assert.Equal((true, 1L, 3L), (closed.IsOk, closed.Unopened, closed.Records));
        Assert.Equal((true, 0L, 3L), (opened.IsOk, opened.Unopened, opened.Records));
        Assert.Equal(1, damaged.Unopened);
    }

    [Fact]
    public async Task Of_very_many_problems_the_first_are_told_and_all_counted()
    {
        WriteShard(batches: 1_500);
        for (var row = 3L; row < 1_500; row++) _journal[row][^1] ^= 1;

        var found = await VerifyAsync();

        Assert.Equal((ShardVerification.ProblemsMax, 1_497L), (found.Problems.Length, found.ProblemsTotal));
    }

    [Fact]
    public async Task A_shard_without_rows_is_done_at_once()
    {
        var found = await VerifyAsync();

        Assert.True(found is { IsDone: true, IsOk: true, Rows: 0 });
    }

    /// <summary>Opened, owned, then batches of three records.</summary>
    private void WriteShard(int batches)
    {
        _journal.Put(1, Manifests.ShardEvents.Opened, [1]);
        _journal.Put(2, Manifests.ShardEvents.Owned, [1]);
        for (var i = 0; i < batches; i++) _journal.Put(_journal.Next, Batch, Encode(_journal.Next, 1_000 + (i / 2)));
    }

    private static byte[] Encode(long row, long arrivalMs, params ProducerAdvance[] advances)
    {
        var block = new RecordBlockBuilder();
        for (var i = 0; i < 3; i++) block.Add("key"u8, null, Encoding.UTF8.GetBytes($"row {row}, record {i}"));
        return RecordBatch.Encode(row, [new RecordBatch.TimedBlock(block.Build(), arrivalMs)], advances).Encoded.ToArray();
    }

    private static RecordBatch Decoded(byte[] bytes) => RecordBatch.Decode(bytes);

    /// <summary>Gives changed bytes the checksum that a faulty writer would give them.</summary>
    private static void Seal(byte[] bytes) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), Crc32C.Of(bytes.AsSpan(48), Crc32C.Of(bytes.AsSpan(0, 44))));

    private IAsyncEnumerable<ShardVerification> Walk(long closedRow = 0) =>
        new ShardVerifier(_journal, _keys).WalkAsync(s_shard, _ => Task.FromResult(_trimmedTo), closedRow, CancellationToken.None);

    private async Task<ShardVerification> VerifyAsync(long closedRow = 0)
    {
        ShardVerification? last = null;
        await foreach (var so in Walk(closedRow)) last = so;
        Assert.True(last!.IsDone);
        return last;
    }

    private static (RowProblemKind, long) Only(ShardVerification found)
    {
        var problem = Assert.Single(found.Problems);
        return (problem.Kind, problem.Row);
    }
}
