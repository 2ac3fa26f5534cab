using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Akka.Actor;
using static ActorStreams.Shards.Tests.Store.EventWriter;

namespace ActorStreams.Shards.Tests.Store;

public class ShardStoreSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [SkippableTheory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Nodes_that_race_for_a_secret_all_get_the_first_one(StoreKind kind)
    {
        await using var store = await TestStore.CreateAsync(kind);
        await using var other = await ShardStore.OpenAsync(store.Options, TimeProvider.System, CancellationToken.None);

        var secrets = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => (i % 2 == 0 ? store.Store : other).GetOrCreateSecretAsync("iterators", 32, CancellationToken.None)));
        var later = await other.GetOrCreateSecretAsync("iterators", 32, CancellationToken.None);
        var different = await other.GetOrCreateSecretAsync("another", 32, CancellationToken.None);

        Assert.All(secrets, s => Assert.Equal(later, s));
        Assert.NotEqual(later, different);
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.GetOrCreateSecretAsync("iterators", 16, CancellationToken.None));
    }

    [Fact]
    public async Task Space_of_deleted_rows_is_given_back_while_others_write()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var system = store.StartSystem("space", RawEventSerializer.Hocon);
        var writer = system.ActorOf(Props("trimmed"));
        for (var i = 0; i < 100; i++)
            await writer.Ask<Wrote>(new RawEvent("B1", new byte[200_000]), Patience);
        await writer.Ask<long>(new DeleteTo(99), Patience);
        var before = await store.Store.SizeBytesAsync(CancellationToken.None);

        var other = system.ActorOf(Props("writing"));
        var givingBack = store.Store.GiveBackSpaceAsync(long.MaxValue, CancellationToken.None);
        var written = 0;
        // What the writer takes of the free pages can't be given back, so it writes no more than some hundred kilobytes.
        while (!givingBack.IsCompleted && written < 500)
        {
            await other.Ask<Wrote>(new RawEvent("B1", new byte[100]), TimeSpan.FromSeconds(5));
            written++;
        }

        var freed = await givingBack;
        // The log is cut only when nobody writes; now nobody does.
        await writer.Ask<long>(new DeleteTo(100), Patience);
        await store.Store.GiveBackSpaceAsync(long.MaxValue, CancellationToken.None);
        var after = await store.Store.SizeBytesAsync(CancellationToken.None);

        Assert.True(freed > 19_000_000, $"{freed} bytes were freed of some 19.8 MB");
        Assert.True(written > 20, $"{written} events were written meanwhile");
        Assert.True(before > 20_000_000 && after < 2_000_000, $"the store had {before} bytes and has {after}");
    }

    [Fact]
    public async Task Space_is_given_back_no_further_than_asked()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var writer = store.StartSystem("space", RawEventSerializer.Hocon).ActorOf(Props("trimmed"));
        for (var i = 0; i < 20; i++)
            await writer.Ask<Wrote>(new RawEvent("B1", new byte[200_000]), Patience);
        await writer.Ask<long>(new DeleteTo(20), Patience);

        var freed = await store.Store.GiveBackSpaceAsync(1_000_000, CancellationToken.None);

        Assert.InRange(freed, 990_000, 1_010_000);
    }
}
