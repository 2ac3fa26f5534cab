using System.Security.Cryptography;
using System.Text;
using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Sending;
using ActorStreams.Agent.Tests.Tailing;
using static ActorStreams.Agent.Tests.Tailing.FakeService;

namespace ActorStreams.Agent.Tests.Sending;

public sealed class DeliverySpecs
{
    private static readonly string[] s_lines = [.. Enumerable.Range(1, 1_200).Select(i => $"line {i}")];

    [Fact]
    public async Task Whatever_fails_each_line_is_stored_once_and_in_order()
    {
        using var agent = new AgentUnderTest(new FakeService());
        foreach (var fault in new[] { Fault.Throttled, Fault.AnswerLost, Fault.None, Fault.Throttled, Fault.AnswerLost }) agent.Service.Faults.Enqueue(fault);

        agent.Write("app.log", s_lines);
        await agent.SettleAsync();

        Assert.Equal(s_lines.Select(l => l + "\n"), agent.Service.Stored);
        Assert.Equal(7, agent.Service.Puts);
        Assert.Equal(4, agent.Counters.PutsRefused.Value);
        Assert.Equal(1_000, agent.Counters.RecordsRepeated.Value);
    }

    [Fact]
    public async Task Records_that_were_refused_go_again_before_what_follows()
    {
        using var agent = new AgentUnderTest(new FakeService());
        agent.Service.Faults.Enqueue(Fault.HalfRefused);

        agent.Write("app.log", s_lines);
        await agent.SettleAsync();

        Assert.Equal(s_lines.Order(), agent.Service.Stored.Select(l => l.TrimEnd('\n')).Order());
        Assert.Equal(s_lines[500], agent.Service.Stored[500].TrimEnd('\n'));
        Assert.Equal(250, agent.Counters.RecordsFailed.Value);
    }

    [Fact]
    public async Task What_an_agent_sent_and_did_not_note_is_left_out_by_the_service()
    {
        using var agent = new AgentUnderTest(new FakeService());
        // The first put is stored and not answered; its agent ends while it waits to send it again.
        agent.Service.Faults.Enqueue(Fault.AnswerLost);
        agent.Service.Faults.Enqueue(Fault.Fenced);
        agent.Write("app.log", s_lines);
        await Assert.ThrowsAsync<AgentFencedException>(agent.SettleAsync);
        Assert.Equal(500, agent.Service.Stored.Count);

        agent.Kill();
        agent.Write("app.log", "one more");
        await agent.SettleAsync();

        Assert.Equal([.. s_lines.Select(l => l + "\n"), "one more\n"], agent.Service.Stored);
        Assert.Equal(agent.Service.Keys.Count, agent.Service.Keys.Distinct().Count());
    }

    [Fact]
    public async Task A_service_without_producers_gets_everything_at_least_once()
    {
        using var agent = new AgentUnderTest(new FakeService { KnowsProducers = false });
        agent.Service.Faults.Enqueue(Fault.None);
        agent.Service.Faults.Enqueue(Fault.AnswerLost);

        agent.Write("app.log", s_lines);
        await agent.SettleAsync();

        Assert.Equal(s_lines.Length + 500, agent.Service.Stored.Count);
        Assert.Empty(s_lines.Except(agent.Service.Stored.Select(l => l.TrimEnd('\n'))));
    }

    [Fact]
    public async Task Files_without_end_need_few_producers()
    {
        using var agent = new AgentUnderTest(new FakeService(), flow => flow with { FileNames = "*" });
        for (var i = 0; i < 40; i++)
        {
            agent.Write($"host-{(char)('a' + (i % 20))}{i}x.log", $"line {i}");
            await agent.SettleAsync();
        }

        Assert.Equal(40, agent.Service.Stored.Count);
        Assert.InRange(agent.Service.Producers.Count, 1, Lanes);
    }

    private const int Lanes = 8;

    [Fact]
    public async Task Lines_wait_for_others_until_their_time_or_a_full_request()
    {
        using var agent = new AgentUnderTest(new FakeService(), flow => flow with { BufferAgeMax = TimeSpan.FromSeconds(30), BufferRecordsMax = 10 });
        agent.Write("app.log", s_lines[..9]);
        await agent.PassAsync();
        agent.Clock.Advance(TimeSpan.FromSeconds(29));
        await agent.PassAsync();
        Assert.Empty(agent.Service.Stored);

        agent.Clock.Advance(TimeSpan.FromSeconds(1));
        await agent.PassAsync();
        Assert.Equal(9, agent.Service.Stored.Count);

        agent.Write("app.log", s_lines[9..25]);
        await agent.PassAsync();
        Assert.Equal(19, agent.Service.Stored.Count);
        Assert.Equal(2, agent.Service.Puts);
    }

    [Fact]
    public async Task A_delivery_stream_gets_PutRecordBatch_signed_for_firehose_once_each()
    {
        using var agent = new AgentUnderTest(new FakeService(), flow => flow with { Kind = DestinationKind.DeliveryStream, BufferBytesMax = 4 * 1024 * 1024, AggregatedRecordBytes = 20 });
        foreach (var fault in new[] { Fault.None, Fault.AnswerLost, Fault.Fenced }) agent.Service.Faults.Enqueue(fault);
        agent.Write("app.log", "one", "two", "three", "four", "five", "six");
        await Assert.ThrowsAsync<AgentFencedException>(agent.SettleAsync);
        agent.Kill();
        // More lines would fit into the record that ended by time; it was stored as it was.
        agent.Write("app.log", "7", "8", "9");
        await agent.SettleAsync();

        Assert.Equal("one\ntwo\nthree\nfour\nfive\nsix\n7\n8\n9\n", string.Concat(agent.Service.Stored));
        Assert.Equal(["one\ntwo\nthree\nfour\n", "five\nsix\n"], agent.Service.Stored.Take(2));
        Assert.All(agent.Service.Targets, t => Assert.Equal("Firehose_20150804.PutRecordBatch", t));
        Assert.All(agent.Service.Authorizations, a => Assert.Contains("/eu-test-1/firehose/aws4_request", a, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deterministic_keys_are_the_md5_of_the_data_and_large_records_are_cut()
    {
        using var agent = new AgentUnderTest(
            new FakeService(), flow => flow with { PartitionKeyOption = PartitionKeyOption.Deterministic, TruncatedRecordTerminator = "...\n" });
        agent.Write("app.log", new string('x', 2_000_000), "short");
        await agent.SettleAsync();

        Assert.Equal((1024 * 1024) - 32, agent.Service.Stored[0].Length);
        Assert.EndsWith("x...\n", agent.Service.Stored[0], StringComparison.Ordinal);
        Assert.Equal("short\n", agent.Service.Stored[1]);
#pragma warning disable CA5351 // The agent of Kinesis spreads records by MD5.
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes("short\n"))), agent.Service.Keys[1]);
#pragma warning restore CA5351
        Assert.Equal(1, agent.Counters.RecordsTruncated.Value);
    }
}
