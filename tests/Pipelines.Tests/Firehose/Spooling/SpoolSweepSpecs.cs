using System.Collections.Immutable;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Firehose;
using ActorStreams.Pipelines.Firehose.Spooling;
using ActorStreams.Pipelines.Leases;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Extensions.Time.Testing;
using static ActorStreams.Pipelines.Consumers.ConsumerProtocol;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests.Firehose.Spooling;

/// <summary>What goes from the spool and what stays, with real files.</summary>
public sealed class SpoolSweepSpecs : IDisposable
{
    private static readonly ShardKey s_shard = new("us-east-1", new Incarnation(0xa2), 3);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("actorstreams-sweep-");
    private readonly DeliveryServices _services;
    private readonly SpoolSweep _sweep;
    private readonly ToldLog _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<DeliveryDefinition> _known = [];
    private readonly List<LeaseStatus> _leases = [];
    private Action _onQuestion = () => { };

    public SpoolSweepSpecs()
    {
        _services = new DeliveryServices(_root.FullName, _ => throw new NotSupportedException()) { Log = _log };
        _sweep = new SpoolSweep(
            _services,
            _ =>
            {
                var answer = new DeliveryProtocol.Deliveries([.. _known]);
                _onQuestion();
                return Task.FromResult(answer);
            },
            _ => Task.FromResult(new PipelinesStatus(
                [new ApplicationStatus(DeliveryRig.Definition.Name, ApplicationPhase.Running, "", DeliveryRig.Definition.Source, null, null, [.. _leases])])),
            _time);
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Of_a_delivery_stream_that_is_gone_nothing_stays()
    {
        Spooled("us-east-1/gone/0000000000a1-0", "one-1", "two-2");
        Spooled("us-east-1/gone/redrive-0123", "three-0");
        var lives = Spooled("us-east-1/badges/0000000000a2-3", "four-2");
        _known.Add(DeliveryRig.Definition);
        _leases.Add(Lease(s_shard));

        await _sweep.SweepAsync(default);

        Assert.Equal(lives, Files());
        Assert.False(Directory.Exists(Path.Combine(_root.FullName, "us-east-1", "gone")));
    }

    [Fact]
    public async Task What_is_not_of_a_spool_stays()
    {
        var stays = Spooled("postgres/base/16384", "2619", "one-1").AddRange(Spooled("us-east-1/gone/0000000000a1-1", "-1", "2619", "notes.txt"));
        Spooled("us-east-1/gone/0000000000a1-0", "one-1");
        Spooled("us-east-1/gone/0000000000a1-1", "two-1");

        await _sweep.SweepAsync(default);

        Assert.Equal(stays.Order(StringComparer.Ordinal), Files());
    }

    [Fact]
    public async Task What_is_made_anew_under_the_name_while_it_is_asked_stays()
    {
        Spooled("us-east-1/badges/0000000000a2-3", "old-1");
        var created = ImmutableArray<string>.Empty;
        // Created again, and already at work on another node with the same spool.
        _onQuestion = () => created = Written("us-east-1/badges/0000000000a2-3", "new-2");

        await _sweep.SweepAsync(default);

        Assert.Equal(created, Files());
    }

    [Fact]
    public async Task Where_a_delivery_of_this_process_works_nothing_goes()
    {
        var files = Spooled("us-east-1/badges/0000000000a2-3", "one-1");
        Spooled("us-east-1/gone/0000000000a1-0", "one-1");
        // Created again, after it was asked which there are.
        IDisposable? use = null;
        _onQuestion = () => use ??= _services.SpoolUse.Use(Path.Combine(_root.FullName, "us-east-1", "badges", "0000000000a2-3"));

        await _sweep.SweepAsync(default);
        Assert.Equal(files, Files());

        use!.Dispose();
        await _sweep.SweepAsync(default);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Of_a_living_delivery_stream_shards_that_are_over_go()
    {
        Spooled("us-east-1/badges/0000000000a1-3", "former stream-1");
        Spooled("us-east-1/badges/0000000000a2-0", "merged-1");
        var kept = Spooled("us-east-1/badges/0000000000a2-3", "open-1")
            .AddRange(Spooled("us-east-1/badges/0000000000a2-9", "not known yet-1"))
            .AddRange(Spooled("us-east-1/badges/0000000000a3-0", "a newer stream-1"))
            .AddRange(Spooled("us-east-1/badges/redrive-0123", "at work-0"))
            .AddRange(Spooled("us-east-1/badges/what a person put here", "a file"));
        _known.Add(DeliveryRig.Definition);
        _leases.AddRange([Lease(s_shard with { Shard = 0 }, LeaseOutcome.Finished), Lease(s_shard)]);

        await _sweep.SweepAsync(default);

        Assert.Equal(kept.Order(StringComparer.Ordinal), Files());
    }

    [Fact]
    public async Task Of_a_shard_that_moved_files_go_once_what_they_were_for_is_delivered_elsewhere_for_good()
    {
        var old = Spooled("us-east-1/badges/0000000000a2-3", "old-1");
        var shared = Spooled("us-east-1/badges/0000000000a2-3", "shared-2");
        _known.Add(DeliveryRig.Definition);
        async Task SweepAsync(long epoch, int row)
        {
            _leases.Clear();
            _leases.Add(Lease(s_shard) with { Consumer = Consumer(epoch, row) });
            await _sweep.SweepAsync(default);
        }

        await SweepAsync(epoch: 2, row: 5);
        await SweepAsync(epoch: 2, row: 5);
        // Told, and perhaps not durable.
        await SweepAsync(epoch: 2, row: 6);
        Assert.Equal(old.AddRange(shared), Files());
        // Started again: it may begin at the old batch.
        await SweepAsync(epoch: 3, row: 5);
        await SweepAsync(epoch: 3, row: 7);
        Assert.Equal(old.AddRange(shared), Files());

        await SweepAsync(epoch: 3, row: 7);

        Assert.Empty(Files());
        // Where the spool is shared it is at work in it.
        Assert.True(Directory.Exists(Path.Combine(_root.FullName, "us-east-1/badges/0000000000a2-3")));
    }

    [Fact]
    public async Task Of_a_shard_that_moved_files_go_where_all_was_delivered_before_it_was_looked_at_and_nothing_comes_any_more()
    {
        var old = Spooled("us-east-1/badges/0000000000a2-3", "old-1");
        _known.Add(DeliveryRig.Definition);
        async Task SweepAsync(ConsumerStatus consumer, long? heardAgoMs = 0)
        {
            _leases.Clear();
            _leases.Add(Lease(s_shard) with { Consumer = consumer, HeardAgoMs = heardAgoMs });
            await _sweep.SweepAsync(default);
        }
        var caughtUp = Consumer(epoch: 2, row: 5) with { LagMs = 0 };

        // Where it is cannot be known, or it is no more.
        for (var look = 0; look < 3; look++)
        {
            await SweepAsync(caughtUp with { LagMs = -1 });
            await SweepAsync(caughtUp with { Phase = ConsumerPhase.Restarting });
            await SweepAsync(caughtUp, (long)_services.SweepInterval.TotalMilliseconds);
            await SweepAsync(caughtUp, heardAgoMs: null);
        }
        // Told, and perhaps not durable; started again it may begin at the old batch.
        await SweepAsync(caughtUp);
        await SweepAsync(caughtUp with { Epoch = 3 });
        Assert.Equal(old, Files());

        await SweepAsync(caughtUp with { Epoch = 3 });

        Assert.Empty(Files());
    }

    [Fact]
    public async Task Without_an_answer_nothing_goes()
    {
        var files = Spooled("us-east-1/gone/0000000000a1-0", "one-1");
        _onQuestion = () => throw new TimeoutException();

        await Assert.ThrowsAsync<TimeoutException>(() => _sweep.SweepAsync(default));

        Assert.Equal(files, Files());
    }

    [Fact]
    public async Task Whatever_goes_wrong_is_told_and_it_goes_on()
    {
        Spooled("us-east-1/gone/0000000000a1-0", "one-1");
        var asked = 0;
        _onQuestion = () =>
        {
            if (++asked == 1) throw new InvalidOperationException("as told");
            // Not of the one who stops it.
            if (asked == 2) throw new OperationCanceledException();
        };
        using var stop = new CancellationTokenSource();

        var running = _sweep.RunAsync(stop.Token);
        await Fakes.Eventually.BeTrueAsync(
            () =>
            {
                _time.Advance(_services.SweepInterval);
                return running.IsCompleted || _log.Told.Count == 3;
            },
            "a sweep after those that failed");

        Assert.Equal([64, 64, 63], _log.Told.Select(t => t.Id));
        await stop.CancelAsync();
        await running;
        Assert.Empty(Files());
    }

    [Fact]
    public async Task A_delivery_uses_its_folder_for_as_long_as_it_runs()
    {
        var folders = new List<bool>();
        DeliveryServices? used = null;
        await using var rig = new DeliveryRig { OnServices = services => used = services };
        rig.OnStep = _ => folders.Add(used!.SpoolUse.IsUsed(Path.Combine(rig.SpoolFolder, "us-east-1", "badges")));
        var (shard, _) = rig.Put(20);

        Assert.True(await rig.RunAsync(shard, rig.End));

        Assert.NotEmpty(folders);
        Assert.DoesNotContain(false, folders);
        await Fakes.Eventually.BeTrueAsync(() => !used!.SpoolUse.IsUsed(rig.SpoolFolder), "a folder that is let go of");
    }

    private static LeaseStatus Lease(ShardKey shard, LeaseOutcome? outcome = null) =>
        new(shard, new Lease(shard.Shard, HashKeyRange.Whole, [], StartPosition.TrimHorizon, 1, outcome, 1), null);

    /// <summary>Behind, as one to which more and more comes.</summary>
    private static ConsumerStatus Consumer(long epoch, int row) => new(
        DeliveryRig.Definition.Name, s_shard, ConsumerPhase.Running, "", epoch, new ShardPosition(row, 0), LagMs: 1_000, null, default, "", "elsewhere");

    /// <summary>Files that were there for a while.</summary>
    private ImmutableArray<string> Spooled(string folder, params string[] files)
    {
        var all = Written(folder, files);
        foreach (var file in all) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(-10));
        return all;
    }

    private ImmutableArray<string> Written(string folder, params string[] files)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root.FullName, folder)).FullName;
        var all = files.Select(f => Path.Combine(path, f)).ToImmutableArray();
        foreach (var file in all) File.WriteAllText(file, "a record in clear");
        return all;
    }

    /// <summary>But for the mark of the sweep itself.</summary>
    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_root.FullName, "*", SearchOption.AllDirectories).Where(f => Path.GetDirectoryName(f) != _root.FullName).Order(StringComparer.Ordinal);
}
