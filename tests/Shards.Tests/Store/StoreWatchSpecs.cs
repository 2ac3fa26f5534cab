using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ActorStreams.Shards.Tests.Store;

public sealed class StoreWatchSpecs
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _changes = [];
    private string? _gone;

    [Fact]
    public async Task A_store_that_answers_changes_nothing()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var watch = Watch(store);

        for (var i = 0; i < 3; i++) await watch.AskAsync(default);

        Assert.Empty(_changes);
    }

    [Fact]
    public async Task Writes_that_fail_are_told_with_their_reason_from_the_second_on_and_a_success_takes_it_back()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var watch = Watch(store);

        watch.WriteFailed(new IOException("disk full"));
        Assert.Empty(_changes);
        watch.WriteFailed(new InvalidOperationException("write", new IOException("disk full")));
        watch.WriteConfirmed();
        watch.WriteConfirmed();

        Assert.Equal(["writes fail: disk full", null], _changes);
    }

    [Fact]
    public async Task Writes_that_failed_some_time_ago_are_forgiven_for_nobody_may_write_meanwhile()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var watch = Watch(store);
        for (var i = 0; i < 2; i++) watch.WriteFailed(new IOException("disk full"));

        await watch.AskAsync(default);
        Assert.DoesNotContain(null, _changes);
        _time.Advance(TimeSpan.FromSeconds(11));
        await watch.AskAsync(default);

        Assert.Null(_changes[^1]);
    }

    [Fact]
    public async Task A_folder_that_was_deleted_is_gone()
    {
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var watch = Watch(store);
        Directory.Delete(store.Options.DataDirectory, recursive: true);

        await Assert.ThrowsAsync<StoreGoneException>(() => watch.AskAsync(default));

        Assert.Contains("deleted or moved away", _gone, StringComparison.Ordinal);
        Directory.CreateDirectory(store.Options.DataDirectory);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_in_the_place_of_the_one_that_was_opened_is_told(bool isStore)
    {
        await using var other = await TestStore.CreateAsync(StoreKind.Sqlite);
        await using var store = await TestStore.CreateAsync(StoreKind.Sqlite);
        var writer = store.StartSystem(hocon: RawEventSerializer.Hocon).ActorOf(EventWriter.Props("shard-eu-1"));
        await Akka.Actor.Futures.Ask<EventWriter.Wrote>(writer, new RawEvent("XX1", [1]), TimeSpan.FromSeconds(10));
        await using var watch = Watch(store);
        await watch.AskAsync(default);
        foreach (var file in Directory.GetFiles(store.Options.DataDirectory, "actorstreams.db*")) File.Delete(file);
        var path = Path.Combine(store.Options.DataDirectory, "actorstreams.db");
        if (isStore) File.Copy(Path.Combine(other.Options.DataDirectory, "actorstreams.db"), path);
        else await File.WriteAllTextAsync(path, "no database, whatever its name says, and longer than a header");

        await Assert.ThrowsAsync<StoreGoneException>(() => watch.AskAsync(default));

        Assert.Contains("replaced", _gone, StringComparison.Ordinal);
    }

    private StoreWatch Watch(TestStore store) => new(store.Store, _time, _changes.Add, why => _gone = why);
}
