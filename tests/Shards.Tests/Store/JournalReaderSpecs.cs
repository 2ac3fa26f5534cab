using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using static ActorStreams.Shards.Tests.Store.EventWriter;

namespace ActorStreams.Shards.Tests.Store;

public class JournalReaderSpecs
{
    private const string Id = "reader-p";
    private const string Batch = "B1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Rows_of_the_manifest_come_in_order_and_others_are_left_out(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var writer = Writer(store);
        await WriteAsync(writer, Batch, 10);
        await WriteAsync(writer, "O1", 20);
        await WriteAsync(writer, Batch, 30);
        await WriteAsync(Writer(store, "another"), Batch, 40);

        var rows = await ReadAsync(store, 1, long.MaxValue);

        Assert.Equal([1L, 3L], rows.Select(r => r.Row));
        Assert.Equal([10, 30], rows.Select(r => r.Payload.Length));
        Assert.Equal(Payload(30), rows[1].Payload.ToArray());
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_read_ends_at_its_last_row_at_its_row_count_and_at_its_bytes(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var writer = Writer(store);
        for (var i = 0; i < 6; i++)
            await WriteAsync(writer, Batch, 5_000);

        Assert.Equal([2L, 3L, 4L], (await ReadAsync(store, 2, 4)).Select(r => r.Row));
        Assert.Equal([1L, 2L], (await ReadAsync(store, 1, 6, rowsMax: 2)).Select(r => r.Row));
        Assert.Equal([1L], (await ReadAsync(store, 1, 6, bytesMax: 1)).Select(r => r.Row));
        Assert.Equal([1L], (await ReadAsync(store, 1, 6, bytesMax: 5_000)).Select(r => r.Row));
        Assert.Equal([1L, 2L], (await ReadAsync(store, 1, 6, bytesMax: 5_001)).Select(r => r.Row));
        Assert.Empty(await ReadAsync(store, 7, long.MaxValue));
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Headers_are_the_first_bytes_of_many_rows_in_order(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var writer = Writer(store);
        await WriteAsync(writer, Batch, 9);
        await WriteAsync(writer, "O1", 50);
        await WriteAsync(writer, Batch, 100_000);
        await WriteAsync(writer, Batch, 3);

        var journal = store.Store.Journal;
        var all = await journal.HeadersAsync(Id, Batch, 1, 9, 24, 10, CancellationToken.None);
        var some = await journal.HeadersAsync(Id, Batch, 2, 9, 24, 1, CancellationToken.None);

        Assert.Equal([1L, 3L, 4L], all.Select(h => h.Row));
        Assert.Equal([Payload(9), Payload(100_000)[..24], Payload(3)], all.Select(h => h.Head.ToArray()));
        Assert.Equal([3L], some.Select(h => h.Row));
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_header_is_the_first_bytes_of_the_next_row_of_the_manifest(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var writer = Writer(store);
        await WriteAsync(writer, "O1", 50);
        await WriteAsync(writer, Batch, 100_000);
        await WriteAsync(writer, Batch, 3);

        var journal = store.Store.Journal;
        var first = await journal.HeaderAtOrAfterAsync(Id, Batch, 1, 9, 24, CancellationToken.None);
        var brief = await journal.HeaderAtOrAfterAsync(Id, Batch, 3, 9, 24, CancellationToken.None);
        var beyond = await journal.HeaderAtOrAfterAsync(Id, Batch, 1, 1, 24, CancellationToken.None);

        Assert.Equal(2, first!.Value.Row);
        Assert.Equal(Payload(100_000)[..24], first.Value.Head.ToArray());
        Assert.Equal(Payload(3), brief!.Value.Head.ToArray());
        Assert.Null(beyond);
    }

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Deleted_rows_are_not_served_and_the_highest_row_survives_deleting_everything(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        var writer = Writer(store);
        Assert.Equal(0, await store.Store.Journal.HighestRowAsync(Id, CancellationToken.None));
        for (var i = 0; i < 4; i++)
            await WriteAsync(writer, Batch, 100);

        await writer.Ask<long>(new DeleteTo(2), Patience);
        Assert.Equal([3L, 4L], (await ReadAsync(store, 1, 9)).Select(r => r.Row));

        await writer.Ask<long>(new DeleteTo(4), Patience);
        Assert.Empty(await ReadAsync(store, 1, 9));
        Assert.Null(await store.Store.Journal.HeaderAtOrAfterAsync(Id, Batch, 1, 9, 10, CancellationToken.None));
        Assert.Equal(4, await store.Store.Journal.HighestRowAsync(Id, CancellationToken.None));

        var reborn = store.StartSystem("reborn", RawEventSerializer.Hocon).ActorOf(Props(Id));
        Assert.Equal(4, await reborn.Ask<long>(new AskHighest(), Patience));
        Assert.Equal(5, await WriteAsync(reborn, Batch, 100));
    }

    private static Task<IReadOnlyList<JournalRow>> ReadAsync(TestStore store, long from, long to, int rowsMax = 100, long bytesMax = 1_000_000) =>
        store.Store.Journal.ReadAsync(Id, Batch, from, to, rowsMax, bytesMax, CancellationToken.None);

    private static IActorRef Writer(TestStore store, string id = Id) => store.StartSystem("writer", RawEventSerializer.Hocon).ActorOf(Props(id));

    private static async Task<long> WriteAsync(IActorRef writer, string manifest, int bytes) =>
        (await writer.Ask<Wrote>(new RawEvent(manifest, Payload(bytes)), Patience)).Row;

    private static byte[] Payload(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7))];
}
