using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Firehose.Destinations;
using ActorStreams.Pipelines.Firehose.Destinations.Folders;
using ActorStreams.TestKit;

namespace ActorStreams.Pipelines.Tests.Firehose.Destinations.Folders;

public sealed class FolderStoreSpecs : IDisposable
{
    private const string Key = "badges/2026/01/15/10/object.json.gz";

    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-folder-").FullName;
    private readonly string _root;

    public FolderStoreSpecs()
    {
        _root = Path.Combine(_folder, "out");
        Directory.CreateDirectory(_root);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_is_a_whole_file_under_its_name_and_nothing_else_is_left(bool shared)
    {
        using var store = new FolderStore(new FolderStoreOptions(_root) { ShareFiles = shared });
        var item = Item("readings");

        Assert.False(await store.HasAsync(item, default));
        await store.PutAsync(item, default);
        await store.PutAsync(item, default);

        Assert.True(await store.HasAsync(item, default));
        Assert.Equal([(Key, "readings")], Files());
    }

    [Fact]
    public async Task An_object_stays_when_the_file_it_was_put_from_goes()
    {
        using var store = new FolderStore(new FolderStoreOptions(_root));
        var item = Item("readings");
        await store.PutAsync(item, default);

        File.Delete(item.File);

        Assert.Equal([(Key, "readings")], Files());
        await store.PutAsync(item, default);
    }

    [Theory]
    [InlineData(true, "readings", "readingz")]
    [InlineData(true, "readings", "other")]
    [InlineData(false, "readings", "readingz")]
    public async Task Other_bytes_under_the_name_are_told_and_left_alone(bool shared, string first, string second)
    {
        using var store = new FolderStore(new FolderStoreOptions(_root) { ShareFiles = shared });
        await store.PutAsync(Item(first), default);

        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.PutAsync(Item(second), default));
        await Assert.ThrowsAsync<ObjectDiffersException>(() => store.HasAsync(Item(second), default));

        Assert.Equal([(Key, first)], Files());
    }

    [SkippableFact]
    public async Task An_object_comes_from_another_file_system_as_well()
    {
        Requires.Need(Directory.Exists("/dev/shm"), "a second file system at /dev/shm", "run on Linux");
        var elsewhere = Path.Combine("/dev/shm", Path.GetFileName(_folder));
        try
        {
            using var store = new FolderStore(new FolderStoreOptions(_root));
            await store.PutAsync(Item("readings", elsewhere), default);
        }
        finally
        {
            File.Delete(elsewhere);
        }

        Assert.Equal([(Key, "readings")], Files());
    }

    [Fact]
    public async Task Bytes_other_than_announced_are_never_delivered()
    {
        using var store = new FolderStore(new FolderStoreOptions(_root) { ShareFiles = false });
        var wrong = Item("readings") with { Sha256 = new byte[32] };

        await Assert.ThrowsAsync<InvalidDataException>(() => store.PutAsync(wrong, default));
        await Assert.ThrowsAsync<InvalidDataException>(() => store.PutAsync(Item("readings") with { Length = 5 }, default));

        Assert.DoesNotContain(Files(), f => f.Key == Key);
    }

    [Fact]
    public async Task A_missing_root_is_created_only_on_request()
    {
        Directory.Delete(_root);
        using var strict = new FolderStore(new FolderStoreOptions(_root));
        using var free = new FolderStore(new FolderStoreOptions(_root) { CreateRoot = true });

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => strict.PutAsync(Item("readings"), default));
        Assert.Contains("is not there", away.Message);
        await Assert.ThrowsAsync<DestinationAwayException>(() => strict.HasAsync(Item("readings"), default));
        Assert.False(Directory.Exists(_root));

        await free.PutAsync(Item("readings"), default);
        await strict.PutAsync(Item("readings"), default);
        Assert.Equal([(Key, "readings")], Files());
    }

    [Fact]
    public async Task A_root_without_its_required_file_is_away()
    {
        using var store = new FolderStore(new FolderStoreOptions(_root) { RequiredFile = ".mounted" });

        await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item("readings"), default));
        Assert.Empty(Files());

        await File.WriteAllTextAsync(Path.Combine(_root, ".mounted"), "");
        await store.PutAsync(Item("readings"), default);
    }

    [Fact]
    public async Task A_root_within_a_folder_is_created_only_where_that_folder_is_what_it_should_be()
    {
        var root = Path.Combine(_root, "lake");
        using var store = new FolderStore(new FolderStoreOptions(root) { Within = _root, RequiredFile = ".mounted" });

        Assert.Contains($"'{_root}' lacks the file '.mounted'", (await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item("readings"), default))).Message);
        Directory.Delete(_root);
        Assert.Contains($"'{_root}' is not there", (await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item("readings"), default))).Message);
        Assert.False(Directory.Exists(_root));

        Directory.CreateDirectory(_root);
        await File.WriteAllTextAsync(Path.Combine(_root, ".mounted"), "");
        await store.PutAsync(Item("readings"), default);
        Assert.True(File.Exists(Path.Combine(root, Key)));
    }

    [Fact]
    public async Task What_is_in_the_way_is_named()
    {
        using var store = new FolderStore(new FolderStoreOptions(_root));
        await File.WriteAllTextAsync(Path.Combine(_root, "badges"), "a file where a folder should be");

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(Item("readings"), default));

        Assert.Contains(Path.Combine(_root, "badges"), away.Message);
    }

    [SkippableFact]
    public async Task A_full_disk_is_away_and_leaves_nothing_under_the_name()
    {
        using var disk = SmallDisk.Mount(Path.Combine(_folder, "disk"), megabytes: 1);
        using var store = new FolderStore(new FolderStoreOptions(disk.Path));
        var large = Item(new string('x', 3_000_000));

        var away = await Assert.ThrowsAsync<DestinationAwayException>(() => store.PutAsync(large, default));

        Assert.Contains("space", away.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(Path.Combine(disk.Path, Key)));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/outside")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("a\\..\\b")]
    public async Task A_key_that_could_lead_outside_is_refused(string key)
    {
        using var store = new FolderStore(new FolderStoreOptions(_root));

        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(Item("readings") with { Key = key }, default));

        Assert.Empty(Files());
    }

    [SkippableTheory]
    [InlineData(true, new[] { FolderStep.FoldersMade, FolderStep.SourceFlushed, FolderStep.Named, FolderStep.CopyRemoved, FolderStep.NameFlushed })]
    [InlineData(false, new[] { FolderStep.FoldersMade, FolderStep.CopyBegun, FolderStep.HalfCopied, FolderStep.CopyFlushed, FolderStep.Named, FolderStep.CopyRemoved, FolderStep.NameFlushed })]
    internal async Task A_kill_at_any_step_leaves_the_whole_object_or_none_and_the_next_put_leaves_exactly_one(bool shared, FolderStep[] steps)
    {
        Requires.Need(!OperatingSystem.IsWindows(), "a system with signals", "run on Linux or macOS");
        var options = new FolderStoreOptions(_root) { ShareFiles = shared };
        var text = new string('r', 10_000);

        await Parallel.ForEachAsync(steps, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (step, _) =>
        {
            var item = Item(text, Path.Combine(_folder, $"{step}")) with { Key = $"{step}/object" };
            Assert.True(await FolderPutProcess.PutUntilKilledAsync(options, item, step), $"{step} was never reached");
        });

        foreach (var step in steps)
        {
            var item = Item(text, Path.Combine(_folder, $"{step}")) with { Key = $"{step}/object" };
            var named = Files().Where(f => f.Key == item.Key).ToList();
            Assert.All(named, f => Assert.Equal(text, f.Text));
            Assert.Equal(step >= FolderStep.Named ? 1 : 0, named.Count);
            using var store = new FolderStore(options);
            await store.PutAsync(item, default);
        }
        Assert.Equal(steps.Select(s => ($"{s}/object", text)).Order(), Files());
    }

    private ObjectToPut Item(string text, string? file = null)
    {
        file ??= Path.Combine(_folder, $"spooled-{text[..Math.Min(8, text.Length)]}");
        var bytes = Encoding.UTF8.GetBytes(text);
        File.WriteAllBytes(file, bytes);
        return new ObjectToPut(Key, file, bytes.Length, SHA256.HashData(bytes));
    }

    /// <summary>All files, hidden ones too.</summary>
    private List<(string Key, string Text)> Files() =>
        [.. Directory.EnumerateFiles(_root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(f => (Path.GetRelativePath(_root, f), File.ReadAllText(f)))
            .Order()];
}
