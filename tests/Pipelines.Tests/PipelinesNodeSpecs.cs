using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ActorStreams.Pipelines.Consumers;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Serialization;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Client;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Store;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;
using Microsoft.Data.Sqlite;
using static ActorStreams.Pipelines.Leases.CoordinatorProtocol;

namespace ActorStreams.Pipelines.Tests;

/// <summary>Pipelines over real streams: a cluster of one, its journal in SQLite, restarted on the same files.</summary>
public sealed class PipelinesNodeSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorstreams-pipelines-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pipeline_goes_on_over_restarts_of_its_node_and_each_alert_is_there_once(bool newestSnapshotIsSpoiled)
    {
        for (var life = 1; life <= 3; life++)
        {
            var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _folder }, more: PipelineSerialization.Config);
            if (life == 1)
            {
                Assert.IsType<CreateStreamResult.Created>(
                    await host.Streams.CreateStreamAsync(FakeStreams.Id("source"), 2, StreamConfiguration.Provisioned, default));
            }
            using var pipelines = PipelinesNode.Start(
                host.System, host.Streams, [A.Definition()], A.Options() with { ReadWait = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
            if (life == 1) await PutAsync(host.Streams, [.. Enumerable.Range(0, 20).SelectMany(i => Keys.Select(k => (k, A.Reading(10 + (i % 2)))))]);
            await PutAsync(host.Streams, [.. Keys.Select(k => (k, A.Reading(100 * Math.Pow(10, life)))), ("a", "garbage")]);

            var status = await StatusAsync(pipelines, s => s.LagMs == 0 && s.Counts.Records == 80 + (5 * life));

            Assert.Equal(new ConsumerCounts(80 + (5 * life), 4 * life, life, 0), status.Counts);
            Assert.All(status.Leases, l => Assert.Equal(ConsumerProtocol.ConsumerPhase.Running, l.Consumer!.Phase));
            var alerts = await ReadAsync(host.Streams, "alerts");
            Assert.Equal(4 * life, alerts.Count);
            Assert.Equal(alerts.Count, alerts.Select(a => a.GetProperty("sequenceNumber").GetString()).Distinct().Count());
            Assert.Equal(life, (await ReadAsync(host.Streams, "dead")).Count);
            await host.DisposeAsync();
            if (newestSnapshotIsSpoiled) Assert.Equal(2, SpoilNewestSnapshots());
        }
    }

    [Fact]
    public async Task Aggregated_records_on_a_real_store_alert_once_each_over_restarts_sealed_as_they_are()
    {
        for (var life = 1; life <= 2; life++)
        {
            await using var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _folder }, more: PipelineSerialization.Config, keys: s_keys);
            if (life == 1)
            {
                await host.Streams.CreateStreamAsync(FakeStreams.Id("source"), 1, StreamConfiguration.Provisioned, default);
                await host.Streams.CreateStreamAsync(FakeStreams.Id("alerts"), 1, StreamConfiguration.Provisioned, default);
                foreach (var name in (string[])["source", "alerts"])
                {
                    await Eventually.BeTrueAsync(() => host.Streams.UpdateStreamAsync(
                        FakeStreams.Id(name), new StreamChange.SetEncryption("pipelines"), false, default).GetAwaiter().GetResult() is UpdateStreamResult.Updated, "encrypted");
                    await Eventually.BeTrueAsync(() => host.Streams.DescribeStreamAsync(FakeStreams.Id(name), default).GetAwaiter().GetResult()
                        is DescribeStreamResult.Found { Stream.Status: StreamStatus.Active }, "ACTIVE");
                }
            }
            using var pipelines = PipelinesNode.Start(
                host.System, host.Streams, [A.Definition()], A.Options() with { ReadWait = TimeSpan.FromMilliseconds(300) }, TimeProvider.System);
            var steady = Enumerable.Range(0, 20).SelectMany(i => Keys.Select(k => new UserRecord(k, null, Encoding.UTF8.GetBytes(A.Reading(10 + (i % 2))))));
            var spikes = Keys.Select(k => new UserRecord(k, null, Encoding.UTF8.GetBytes(A.Reading(1_000 * Math.Pow(10, life)))));
            await PutAsync(host.Streams, [("any", KplRecord.Of([.. steady])), ("any", KplRecord.Of([.. spikes]))]);

            var status = await StatusAsync(pipelines, s => s.LagMs == 0 && s.Counts.Records == 2 * life);

            Assert.Equal(new ConsumerCounts(2 * life, 4 * life, 0, 0), status.Counts);
            var alerts = await ReadAsync(host.Streams, "alerts");
            Assert.Equal([.. Enumerable.Repeat((int[])[0, 1, 2, 3], life).SelectMany(n => n)], alerts.Select(a => a.GetProperty("subSequenceNumber").GetInt32()));
            Assert.Equal(4 * life, alerts.Select(a => a.GetProperty("sequenceNumber").GetString() + a.GetProperty("key").GetString()).Distinct().Count());
        }
        Assert.DoesNotContain(Directory.GetFiles(_folder, "*.db*"), file => File.ReadAllBytes(file).AsSpan().IndexOf("\"value\":"u8) >= 0);
    }

    private static readonly EncryptionKeys s_keys = EncryptionKeys.Load(new EncryptionOptions
    {
        Keys = ImmutableSortedDictionary<string, string>.Empty.Add("pipelines", Convert.ToBase64String(new byte[EncryptionKeys.KeyBytes])),
    });

    private int SpoilNewestSnapshots()
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(_folder, "*.db").Single()};Pooling=False");
        connection.Open();
        using var spoil = connection.CreateCommand();
        spoil.CommandText = """
            UPDATE snapshot SET snapshot = x'ffffffffffff' WHERE persistence_id LIKE 'consumer/%' AND sequence_number =
              (SELECT max(sequence_number) FROM snapshot newest WHERE newest.persistence_id = snapshot.persistence_id)
            """;
        return spoil.ExecuteNonQuery();
    }

    [Fact]
    public async Task Applications_are_started_and_stopped_at_run_time()
    {
        await using var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _folder }, more: PipelineSerialization.Config);
        await host.Streams.CreateStreamAsync(FakeStreams.Id("source"), 1, StreamConfiguration.Provisioned, default);
        using var pipelines = PipelinesNode.Start(host.System, host.Streams, [], A.Options(), TimeProvider.System);

        Assert.False((await pipelines.StartAsync(A.Definition(), default)).WasThere);
        await StatusAsync(pipelines, s => s.LagMs == 0);
        Assert.True((await pipelines.StopAsync("watch", default)).WasThere);

        Assert.Empty((await pipelines.StatusAsync(default)).Applications);
    }

    [Fact]
    public async Task A_coordinator_that_a_failed_write_stopped_is_there_again()
    {
        await using var host = await ShardsHost.StartAsync(new StoreOptions { DataDirectory = _folder }, more: PipelineSerialization.Config);
        using var pipelines = PipelinesNode.Start(host.System, host.Streams, [], A.Options(), TimeProvider.System);
        await pipelines.StartAsync(A.Definition(), default);
        Assert.Equal(1, RepeatLastEvent("pipelines-coordinator"));

        // Its row is there already.
        await Assert.ThrowsAsync<TimeoutException>(() => pipelines.StopAsync("watch", default));

        await Eventually.BeTrueAsync(() => StopsAsync().GetAwaiter().GetResult(), "a coordinator that answers");
        Assert.Empty((await pipelines.StatusAsync(default)).Applications);

        async Task<bool> StopsAsync()
        {
            try
            {
                return (await pipelines.StopAsync("watch", default)).WasThere;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    /// <summary>Writes the newest event of a persistent actor once more, as another incarnation of it would that the actor does not know of.</summary>
    private int RepeatLastEvent(string persistenceId)
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(_folder, "*.db").Single()};Pooling=False");
        connection.Open();
        using var repeat = connection.CreateCommand();
        repeat.CommandText = """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT created, deleted, persistence_id, sequence_number + 1, message, manifest, identifier, writer_uuid FROM journal
            WHERE persistence_id = $id ORDER BY sequence_number DESC LIMIT 1
            """;
        repeat.Parameters.AddWithValue("$id", persistenceId);
        return repeat.ExecuteNonQuery();
    }

    private static string[] Keys => ["a", "b", "c", "d"];

    private static async Task<ApplicationStatus> StatusAsync(PipelinesNode pipelines, Func<ApplicationStatus, bool> condition)
    {
        ApplicationStatus? last = null;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!timeout.IsCancellationRequested)
        {
            last = (await pipelines.StatusAsync(default)).Applications.SingleOrDefault();
            if (last is not null && condition(last)) return last;
            await Task.Delay(20);
        }
        throw new TimeoutException($"The last status was {last}; {string.Join("; ", last?.Leases.Select(l => l.ToString()) ?? [])}");
    }

    private static async Task PutAsync(IStreams streams, ImmutableArray<(string Key, string Data)> records) =>
        await PutAsync(streams, [.. records.Select(r => (r.Key, Encoding.UTF8.GetBytes(r.Data)))]);

    private static async Task PutAsync(IStreams streams, ImmutableArray<(string Key, byte[] Data)> records)
    {
        var id = FakeStreams.Id("source");
        StreamMap? map = null;
        await Eventually.BeTrueAsync(
            () => (map = (streams.MapAsync(id, default).AsTask().GetAwaiter().GetResult() as MapResult.Found)?.Map) is not null, "an ACTIVE source");
        foreach (var group in records.GroupBy(r => map!.Router.Route(HashKeys.Of(Encoding.UTF8.GetBytes(r.Key)))))
        {
            var builder = new RecordBlockBuilder();
            foreach (var (key, data) in group) builder.Add(Encoding.UTF8.GetBytes(key), null, data);
            var reply = await streams.AppendAsync(id, map!.Open[group.Key].Key, builder.Build(), null, default);
            Assert.True(reply is ShardProtocol.AppendReply.Appended, reply.ToString());
        }
    }

    private static async Task<List<JsonElement>> ReadAsync(IStreams streams, string name)
    {
        var found = (DescribeStreamResult.Found)await streams.DescribeStreamAsync(FakeStreams.Id(name), default);
        var all = new List<JsonElement>();
        foreach (var shard in found.Stream.Shards)
        {
            var result = (ReadResult.Records)await streams.ReadAsync(shard.Key, default, 1_000, 1 << 20, TimeSpan.Zero, default);
            foreach (var slice in result.Slices)
            {
                var record = slice.Batch.RecordsFrom(slice.FromIndex);
                while (record.MoveNext()) all.Add(JsonDocument.Parse(record.Current.Data.ToArray()).RootElement);
            }
        }
        return all;
    }
}
