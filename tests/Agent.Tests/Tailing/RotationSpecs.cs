using ActorStreams.Agent.Configuration;
using ActorStreams.Agent.Sending;

namespace ActorStreams.Agent.Tests.Tailing;

public sealed class RotationSpecs : IDisposable
{
    private readonly AgentUnderTest _agent = new(new FakeService());

    private List<string> Stored => [.. _agent.Service.Stored.Select(r => r.TrimEnd('\n'))];

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_renamed_log_is_read_to_its_end_before_the_new_one(bool isRestarted)
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        if (isRestarted) _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log.1", "4");
        _agent.Write("app.log", "5");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log.1"), _agent.Log("app.log.2"));
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "6");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4", "5", "6"], Stored);
        Assert.Equal(0, _agent.Counters.FilesLost.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_not_read_of_a_truncated_log_is_read_out_of_its_copy(bool isRestarted)
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3", "4");
        if (isRestarted) _agent.Kill();
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Write("app.log", "5", "6", "7", "8", "9");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9"], Stored);
    }

    [Fact]
    public async Task A_copy_is_not_read_before_its_log_is_truncated_nor_after()
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        File.Copy(_agent.Log("app.log"), _agent.Log("app.log.1"));
        await _agent.SettleAsync();
        using (var file = File.OpenWrite(_agent.Log("app.log"))) file.SetLength(0);
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_not_read_of_a_log_that_was_compressed_is_read_out_of_that(bool isRestarted)
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        if (isRestarted) _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "4");
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    [Fact]
    public async Task Logs_that_came_and_were_compressed_while_no_agent_ran_are_read_in_order()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "2");
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
        _agent.Compress("app.log.2");
        _agent.Write("app.log.1", "3");
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "4");
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    [Fact]
    public async Task Logs_that_are_read_already_are_not_read_again_however_they_are_called()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "2");
        await _agent.SettleAsync();
        _agent.Compress("app.log.1");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log.1.gz"), _agent.Log("app.log.2.gz"));
        _agent.Kill();
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2"], Stored);
    }

    [Fact]
    public async Task An_inode_that_is_used_again_is_a_new_log()
    {
        _agent.Write("app.log", "first", "second");
        await _agent.SettleAsync();
        _agent.Kill();
        // The same inode with other bytes is what a file system gives that uses one again.
        File.WriteAllText(_agent.Log("app.log"), "other\nlines\nthan\nbefore\n");
        await _agent.SettleAsync();

        Assert.Equal(["first", "second", "other", "lines", "than", "before"], Stored);
    }

    [Fact]
    public async Task A_log_that_is_renamed_before_it_is_opened_is_not_taken_for_the_one_that_came_to_its_path()
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "4");
        await _agent.SendBeforeLookAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_compressed_log_that_is_renamed_before_it_is_opened_is_not_taken_for_the_one_that_came_to_its_path()
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        _agent.Service.Faults.Enqueue(FakeService.Fault.Fenced);
        await Assert.ThrowsAsync<AgentFencedException>(_agent.SettleAsync);
        _agent.Kill();
        File.Move(_agent.Log("app.log.1.gz"), _agent.Log("app.log.2.gz"));
        _agent.Write("app.log.1", "4", "5", "6");
        _agent.Compress("app.log.1");
        await _agent.SendBeforeLookAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_file_under_the_inode_of_a_log_that_was_compressed_is_not_taken_for_it()
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        _agent.Write("app.log", "3");
        _agent.Kill();
        _agent.CopyAndTruncate("app.log", "app.log.1");
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "other", "lines");
        await _agent.SendBeforeLookAsync(() => File.Delete(_agent.Log("app.log")));

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_log_that_is_truncated_during_a_put_and_gone_after_it_goes_on_in_its_copy()
    {
        _agent.Flow = _agent.Flow with { BufferRecordsMax = 2 };
        _agent.Write("app.log", "1", "2", "3", "4");
        _agent.Service.Meanwhile = () =>
        {
            _agent.CopyAndTruncate("app.log", "app.log.1");
            _agent.Write("app.log", "5", "6");
            File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
            _agent.Compress("app.log.2");
            _agent.Write("app.log", "7");
        };
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], Stored);
        Assert.Equal(0, _agent.Counters.FilesLost.Value);
    }

    [Fact]
    public async Task A_removed_log_is_read_to_its_end_as_long_as_the_agent_holds_it()
    {
        _agent.Write("app.log", "1");
        await _agent.PassAsync();
        _agent.Write("app.log", "2");
        File.Delete(_agent.Log("app.log"));
        await _agent.SettleAsync();

        Assert.Equal(["1", "2"], Stored);
    }

    [Fact]
    public async Task The_last_line_of_a_rotated_log_goes_without_its_end()
    {
        File.WriteAllText(_agent.Log("app.log"), "1\nhalf");
        await _agent.SettleAsync();
        Assert.Equal(["1"], Stored);
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "3");
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "half", "3"], Stored);
    }

    [Fact]
    public async Task At_the_end_of_file_begins_what_comes_after_the_first_start()
    {
        _agent.Flow = _agent.Flow with { InitialPosition = InitialPosition.EndOfFile };
        _agent.Write("app.log.1", "older");
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "old", "older than the start");
        await _agent.SettleAsync();
        _agent.Write("app.log", "new");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "newer");
        await _agent.SettleAsync();

        Assert.Equal(["new", "newer"], Stored);
    }

    [Fact]
    public async Task What_is_gone_for_good_is_counted()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        File.Delete(_agent.Log("app.log"));
        await _agent.SettleAsync();
        Assert.Equal(0, _agent.Counters.FilesLost.Value);

        _agent.Write("app.log", "2");
        _agent.Service.Faults.Enqueue(FakeService.Fault.Fenced);
        await Assert.ThrowsAsync<AgentFencedException>(_agent.SettleAsync);
        _agent.Kill();
        File.Delete(_agent.Log("app.log"));
        await _agent.PassAsync();
        _agent.Clock.Advance(TimeSpan.FromSeconds(61));
        await _agent.PassAsync();

        Assert.Equal(["1"], Stored);
        Assert.Equal(1, _agent.Counters.FilesLost.Value);
    }
}
