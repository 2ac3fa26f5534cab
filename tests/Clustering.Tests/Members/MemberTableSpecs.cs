using ActorStreams.Clustering.Members;
using ActorStreams.Shards.Store;
using ActorStreams.TestKit;
using Npgsql;

namespace ActorStreams.Clustering.Tests.Members;

public class MemberTableSpecs
{
    private static readonly MemberId s_a = new("akka.tcp://s@a:1", 1);
    private static readonly MemberId s_b = new("akka.tcp://s@b:1", 2);

    [SkippableFact]
    public async Task The_right_to_form_is_given_once_while_its_owner_is_alive()
    {
        await using var source = await OpenAsync();
        var table = new MemberTable(source, "s");

        Assert.Equal(1, await table.TryFormAsync(s_a, "", Nobody, default));
        Assert.Null(await table.TryFormAsync(s_b, "", Nobody, default));
        await AgeAsync(source, s_a);
        Assert.Equal(2, await table.TryFormAsync(s_b, "", Nobody, default));
    }

    [SkippableFact]
    public async Task Of_many_that_try_at_once_one_forms()
    {
        await using var source = await OpenAsync(20);
        var table = new MemberTable(source, "s");

        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => table.TryFormAsync(new MemberId($"akka.tcp://s@{i}:1", i), "", Nobody, default)));

        Assert.Single(numbers, n => n is not null);
        Assert.Single(await table.AliveAsync(default));
    }

    [SkippableFact]
    public async Task A_member_known_to_be_dead_and_a_former_life_of_ones_own_keep_nobody_from_forming()
    {
        await using var source = await OpenAsync();
        var table = new MemberTable(source, "s");
        await table.TryFormAsync(s_a, "", Nobody, default);

        Assert.Equal(2, await table.TryFormAsync(s_b, "", member => member.Id == s_a, default));
        Assert.Null(await table.TryFormAsync(s_a with { Uid = 9 }, "", Nobody, default));
        await AgeAsync(source, s_b);
        Assert.Equal(3, await table.TryFormAsync(s_a with { Uid = 9 }, "", Nobody, default));
    }

    [SkippableFact]
    public async Task A_member_of_a_superseded_cluster_learns_of_the_newer_one_with_its_report()
    {
        await using var source = await OpenAsync();
        var table = new MemberTable(source, "s");
        await table.TryFormAsync(s_a, "", Nobody, default);
        await AgeAsync(source, s_a);
        await table.TryFormAsync(s_b, "", Nobody, default);

        Assert.Equal(2, await table.ReportAsync(s_a, 1, "", default));
        Assert.Equal([2L, 1L], (await table.AliveAsync(default)).Select(m => m.Formation));
    }

    [SkippableFact]
    public async Task Who_left_is_forgotten_but_not_a_later_life_at_the_same_address()
    {
        await using var source = await OpenAsync();
        var table = new MemberTable(source, "s");
        await table.ReportAsync(s_a with { Uid = 5 }, 1, "", default);

        await table.ForgetAsync(s_a, default);
        Assert.Single(await table.AliveAsync(default));
        await table.ForgetAsync(s_a with { Uid = 5 }, default);
        Assert.Empty(await table.AliveAsync(default));
    }

    [SkippableFact]
    public async Task Clusters_of_other_names_are_not_seen()
    {
        await using var source = await OpenAsync();
        await new MemberTable(source, "other").TryFormAsync(s_a, "", Nobody, default);

        Assert.Equal(1, await new MemberTable(source, "s").TryFormAsync(s_b, "", Nobody, default));
        Assert.Equal(["other"], await new MemberTable(source, "s").OtherClustersAsync(default));
    }

    private static bool Nobody(MemberRow member) => false;

    private static async Task<NpgsqlDataSource> OpenAsync(int connectionsMax = 4)
    {
        Requires.Postgres();
        var options = new StoreOptions { ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() };
        await using var store = await ShardStore.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        return PostgresConnections.Control(options, connectionsMax);
    }

    private static async Task AgeAsync(NpgsqlDataSource source, MemberId member)
    {
        await using var age = source.CreateCommand("UPDATE actorstreams_member SET seen_at = seen_at - interval '1 hour' WHERE address = $1");
        age.Parameters.Add(new() { Value = member.Address });
        await age.ExecuteNonQueryAsync();
    }
}
