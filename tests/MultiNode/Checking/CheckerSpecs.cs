using ActorStreams.MultiNode.Tests.Workloads;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using ActorStreams.TestKit;

namespace ActorStreams.MultiNode.Tests.Checking;

/// <summary>A checker that finds nothing is only worth something if it finds what is wrong.</summary>
public sealed class CheckerSpecs
{
    private static readonly ShardKey s_shard = new(WatchPipeline.Region, new Incarnation(1), 0);
    private readonly WorkloadLog _log = new(TimeProvider.System);
    private readonly List<StoredLoadRecord> _rows = [];

    [Fact]
    public void What_was_sent_acknowledged_and_stored_is_in_order()
    {
        for (var number = 0; number < 5; number++) Acknowledge(Send(number), Store(number));

        Assert.Empty(CheckedRows());
    }

    [Fact]
    public void An_unanswered_record_may_be_there_or_not_and_later_than_what_was_sent_after_it()
    {
        Send(0);
        var late = Send(1);
        Acknowledge(Send(2), Store(2));
        _rows.Add(Row(late));

        Assert.Empty(CheckedRows());
    }

    [Fact]
    public void A_record_that_was_acknowledged_and_is_not_there_is_lost()
    {
        Acknowledge(Send(0), new SequenceNumber(s_shard.Incarnation, 0, 0, 77, 0));

        Assert.StartsWith("Lost: ", Assert.Single(CheckedRows()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_there_under_the_number_of_another_is_changed()
    {
        Send(0);
        Acknowledge(Send(1), Store(0));

        Assert.StartsWith("Changed: ", Assert.Single(CheckedRows()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_there_twice_is_doubled_also_where_it_was_never_answered()
    {
        var record = Send(0);
        _rows.Add(Row(record));
        _rows.Add(Row(record));

        Assert.StartsWith("Doubled: ", Assert.Single(CheckedRows()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_nobody_sent_is_invented()
    {
        Store(0);

        Assert.StartsWith("Invented: ", Assert.Single(CheckedRows()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_acknowledged_before_another_was_sent_does_not_lie_behind_it()
    {
        var (first, second) = (Send(0), Send(1));
        Acknowledge(second, Store(1));
        Acknowledge(first, Store(0));

        Assert.StartsWith("Order: ", Assert.Single(CheckedRows()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_not_written_again_is_known()
    {
        Acknowledge(Send(0), Store(0));

        Assert.Empty(_log.KeysNotWrittenSince(TimeSpan.FromSeconds(-1)));
        Assert.Equal(["key"], _log.KeysNotWrittenSince(TimeSpan.Zero));
    }

    [Fact]
    public void What_a_reader_was_given_and_the_rows_do_not_have_is_told()
    {
        var record = Send(0);
        var number = Store(0);
        Acknowledge(record, number);
        _log.Read.Enqueue(new Seen("reader", s_shard.ShardId, number.ToString(), record.Key, [1, 2, 3]));
        var checker = Checker();

        checker.CheckReads([new StoredRecord(s_shard.ShardId, number.ToString(), record.Key, record.ToData())]);

        Assert.StartsWith("reader was given ", Assert.Single(checker.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Alerts_that_are_missing_or_surplus_or_double_are_told()
    {
        for (var number = 0; number <= 80; number++) Acknowledge(Send(number), Store(number));
        var expected = Checker().ExpectedAlerts();
        Assert.Equal(2, expected.Count);

        Assert.Empty(CheckedAlerts(expected));
        Assert.StartsWith("Alert missing: ", Assert.Single(CheckedAlerts([expected[0]])), StringComparison.Ordinal);
        Assert.StartsWith("Alert 2 times: ", Assert.Single(CheckedAlerts([expected[0], expected[1], expected[1]])), StringComparison.Ordinal);
        Assert.Contains(CheckedAlerts([expected[1], expected[0]]), v => v.EndsWith("out of order.", StringComparison.Ordinal));
    }

    private IReadOnlyList<string> CheckedRows()
    {
        var checker = Checker();
        checker.CheckRows();
        return checker.Violations;
    }

    private IReadOnlyList<string> CheckedAlerts(IEnumerable<string> alerts)
    {
        var checker = Checker();
        checker.CheckAlerts([.. alerts.Select(a => new StoredRecord(s_shard.ShardId, "", "key", System.Text.Encoding.UTF8.GetBytes(a)))], []);
        return checker.Violations;
    }

    private Checker Checker() => new(_log, [new StoredShard(s_shard, ["node"], [.. _rows], [])]);

    private LoadRecord Send(long number)
    {
        var record = Record(number);
        _log.Sent.Enqueue(record);
        return record;
    }

    private SequenceNumber Store(long number)
    {
        var row = Row(Record(number));
        _rows.Add(row);
        return row.Number;
    }

    private void Acknowledge(LoadRecord record, SequenceNumber number) =>
        _log.Acknowledged.Enqueue(new Acknowledgement(record, s_shard.ShardId, number.ToString(), TimeSpan.Zero));

    private StoredLoadRecord Row(LoadRecord record) =>
        new(s_shard.ShardId, new SequenceNumber(s_shard.Incarnation, 0, s_shard.Shard, _rows.Count + 2, 0), record.Key, record.ToData());

    private static LoadRecord Record(long number) => new("producer", "key", number, Send: number);
}
