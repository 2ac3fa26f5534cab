using ActorStreams.Agent.Sending;

namespace ActorStreams.Agent.Tests.Tailing;

/// <summary>What was written first is put first, over the files of one log.</summary>
public sealed class OrderSpecs : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(60);

    private readonly AgentUnderTest _agent = new(new FakeService());

    private List<string> Stored => [.. _agent.Service.Stored.Select(r => r.TrimEnd('\n'))];

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task A_last_line_without_its_end_goes_before_the_new_log()
    {
        File.WriteAllText(_agent.Log("app.log"), "1\nha");
        await _agent.PassAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "3");
        await _agent.PassAsync();
        _agent.Write("app.log.1", "lf", "2");
        await _agent.PassAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "half", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_log_that_has_less_than_its_header_holds_nothing_up()
    {
        _agent.Flow = _agent.Flow with { SkipHeaderLines = 2 };
        _agent.Write("app.log", "header");
        await _agent.PassAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "header", "header", "1");
        await _agent.SettleAsync();

        Assert.Equal(["1"], Stored);
    }

    [Fact]
    public async Task A_log_to_which_somebody_writes_half_lines_for_ever_holds_the_new_one_up_for_a_minute()
    {
        File.WriteAllText(_agent.Log("app.log"), "1\nha");
        await _agent.PassAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "3");
        for (var waited = TimeSpan.Zero; waited < s_grace; waited += TimeSpan.FromSeconds(4))
        {
            Assert.DoesNotContain("3", Stored);
            File.AppendAllText(_agent.Log("app.log.1"), "a");
            await _agent.PassAsync();
            _agent.Clock.Advance(TimeSpan.FromSeconds(4));
        }
        File.AppendAllText(_agent.Log("app.log.1"), "a");
        await _agent.PassAsync();
        _agent.Clock.Advance(TimeSpan.FromSeconds(1));
        await _agent.PassAsync();

        Assert.Equal(["1", "3"], Stored);
    }

    [Fact]
    public async Task What_was_compressed_later_than_the_new_log_was_written_goes_before_it()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "2");
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
        _agent.Write("app.log.1", "3");
        _agent.Write("app.log", "4");
        ChangedAt("app.log.1", 10);
        ChangedAt("app.log", 20);
        _agent.Compress("app.log.2");
        ChangedAt("app.log.2.gz", 30);
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    [Fact]
    public async Task Logs_of_one_moment_go_by_their_numbers()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.11"));
        for (var i = 10; i > 0; i--)
        {
            _agent.Write($"app.log.{i}", $"{12 - i}");
            ChangedAt($"app.log.{i}", 10);
        }
        _agent.Write("app.log", "12");
        ChangedAt("app.log", 10);
        await _agent.SettleAsync();

        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i}"), Stored);
    }

    [Fact]
    public async Task Two_truncations_while_no_agent_runs_are_followed_in_order()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "2");
        _agent.CopyAndTruncate("app.log", "app.log.2");
        _agent.Write("app.log", "3", "three");
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Write("app.log", "4");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "three", "4"], Stored);
    }

    [Fact]
    public async Task The_copy_of_a_log_that_was_empty_when_it_was_last_seen_goes_before_it()
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        _agent.Write("app.log", "1");
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Write("app.log", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task The_copy_of_a_log_that_was_empty_when_it_was_last_seen_goes_before_it_when_that_is_renamed_too()
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        _agent.Write("app.log", "1");
        _agent.CopyAndTruncate("app.log", "app.log.2");
        _agent.Write("app.log", "2");
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "3");
        ChangedAt("app.log.2", 10);
        ChangedAt("app.log.1", 20);
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task The_compressed_copy_of_a_log_that_was_empty_when_it_was_last_seen_goes_before_it()
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        _agent.Write("app.log", "1");
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Compress("app.log.1");
        // As many as a put takes: they would go at the first look, which a compressed file needs two of.
        var next = Enumerable.Range(2, 500).Select(i => $"{i}").ToArray();
        _agent.Write("app.log", next);
        await _agent.SettleAsync();

        Assert.Equal(["1", .. next], Stored);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(600)]
    public async Task A_log_that_was_empty_when_it_was_last_seen_and_is_compressed_is_sent_once_and_first(int lines)
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        var old = Enumerable.Range(1, lines).Select(i => $"{i}").ToArray();
        var next = Enumerable.Range(1_000, 600).Select(i => $"{i}").ToArray();
        _agent.Write("app.log", old);
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        _agent.Write("app.log", next);
        for (var i = 0; i < 15; i++) await _agent.SettleAsync();

        Assert.Equal([.. old, .. next], Stored);
    }

    [Fact]
    public async Task What_is_still_being_compressed_is_waited_for_though_all_that_was_seen_of_it_is_sent()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Write("app.log", "2");
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Compress("app.log.1");
        var whole = await File.ReadAllBytesAsync(_agent.Log("app.log.1.gz"));
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole[..5]);
        _agent.Write("app.log", "3", "4");
        await _agent.SettleAsync();
        Assert.Equal(["1"], Stored);

        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole);
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    [Fact]
    public async Task A_log_that_was_truncated_without_a_copy_goes_on_at_once_where_all_of_it_was_sent()
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        File.WriteAllText(_agent.Log("app.log"), "3\n");
        await _agent.PassAsync();
        _agent.Clock.Advance(TimeSpan.FromSeconds(1));
        await _agent.PassAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_rotated_log_that_cannot_be_read_to_its_end_holds_the_new_one_up_for_a_minute()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        var random = new Random(1);
        _agent.Write("app.log", [.. Enumerable.Range(0, 100).Select(i => $"{i} {random.NextInt64()}")]);
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        var whole = await File.ReadAllBytesAsync(_agent.Log("app.log.1.gz"));
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole[..^20]);
        _agent.Write("app.log", "new");
        for (var waited = TimeSpan.Zero; waited < s_grace; waited += TimeSpan.FromSeconds(2))
        {
            await _agent.PassAsync();
            Assert.DoesNotContain("new", Stored);
            _agent.Clock.Advance(TimeSpan.FromSeconds(2));
        }
        await _agent.SettleAsync();
        Assert.Equal("new", Stored[^1]);

        // Sent once it can be.
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole);
        _agent.Clock.Advance(TimeSpan.FromSeconds(10));
        await _agent.SettleAsync();

        Assert.Equal(102, Stored.Count);
        Assert.Equal(102, Stored.Distinct().Count());
    }

    [Fact]
    public async Task What_two_writers_put_into_the_old_and_then_the_new_log_goes_in_that_order()
    {
        _agent.Flow = _agent.Flow with { BufferRecordsMax = 1 };
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "other writer's 1");
        _agent.Service.Meanwhile = () =>
        {
            _agent.Write("app.log.1", "2");
            _agent.Write("app.log", "3");
        };
        await _agent.SettleAsync();

        Assert.Equal(["1", "other writer's 1", "2", "3"], Stored);
    }

    [Fact]
    public async Task An_older_file_that_is_found_late_does_not_end_the_lines_of_the_log_that_is_written()
    {
        File.WriteAllText(_agent.Log("app.log"), "1\nha");
        await _agent.SettleAsync();
        _agent.Write("app.log.1", "older");
        await _agent.SettleAsync();
        await _agent.SettleAsync();
        _agent.Write("app.log", "lf");
        await _agent.SettleAsync();

        Assert.Equal(["1", "older", "half"], Stored);
    }

    [Fact]
    public async Task An_older_file_that_is_found_late_stays_before_the_log_over_its_rotation_and_a_kill()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        _agent.Write("app.log.1", "2");
        _agent.Service.Faults.Enqueue(FakeService.Fault.Fenced);
        await Assert.ThrowsAsync<AgentFencedException>(_agent.SettleAsync);
        _agent.Kill();
        File.Move(_agent.Log("app.log.1"), _agent.Log("app.log.2"));
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "4");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    private void ChangedAt(string name, int second) => File.SetLastWriteTimeUtc(_agent.Log(name), new DateTime(2026, 1, 31, 11, 0, second, DateTimeKind.Utc));
}
