namespace ActorStreams.Agent.Tests.Tailing;

/// <summary>Which log a file holds, where inode, name or beginning say something else.</summary>
public sealed class RecognitionSpecs : IDisposable
{
    private readonly AgentUnderTest _agent = new(new FakeService());

    private List<string> Stored => [.. _agent.Service.Stored.Select(r => r.TrimEnd('\n'))];

    public void Dispose() => _agent.Dispose();

    [Fact]
    public async Task A_copy_is_found_though_the_agent_was_killed_after_it_had_seen_the_truncation()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Write("app.log", "2");
        File.Copy(_agent.Log("app.log"), Path.Combine(_agent.Logs, "elsewhere"));
        File.WriteAllText(_agent.Log("app.log"), "");
        await _agent.PassAsync();
        _agent.Kill();
        _agent.Write("app.log", "3");
        File.Move(Path.Combine(_agent.Logs, "elsewhere"), _agent.Log("app.log.1"));
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task A_log_that_was_truncated_and_whose_file_then_went_away_goes_on_in_its_copy()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Write("app.log", "2");
        _agent.CopyAndTruncate("app.log", "app.log.2");
        _agent.Write("app.log", "3", "4", "5");
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "6");
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4", "5", "6"], Stored);
        Assert.Equal(0, _agent.Counters.FilesLost.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_was_truncated_and_has_grown_to_the_same_size_is_a_new_one(bool isRestarted)
    {
        _agent.Write("app.log", "1", "2");
        await _agent.SettleAsync();
        if (isRestarted) _agent.Kill();
        File.WriteAllText(_agent.Log("app.log"), "3\n4\n");
        File.SetLastWriteTimeUtc(_agent.Log("app.log"), DateTime.UtcNow.AddSeconds(1));
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "4"], Stored);
    }

    [Theory]
    [InlineData("app.log")]
    [InlineData("app.log.1")]
    public async Task The_inode_of_a_compressed_file_that_is_history_may_be_used_again(string name)
    {
        _agent.Write("app.log.7", "history");
        _agent.Compress("app.log.7");
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
        UseInodeOf("app.log.7.gz", name, "2\n3\n");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    [Fact]
    public async Task The_inode_of_an_empty_log_may_be_used_again()
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
        _agent.Write("app.log.2", "2");
        UseInodeOf("app.log.1", "app.log", "3\nha");
        await _agent.SettleAsync();
        await _agent.SettleAsync();
        _agent.Write("app.log", "lf");
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3", "half"], Stored);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_inode_of_a_log_that_was_empty_as_the_agent_ended_may_be_used_again_before_it_starts(bool isRotatedAgain)
    {
        _agent.Write("app.log");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "1");
        File.Copy(_agent.Log("app.log"), _agent.Log("app.log.2"));
        _agent.Compress("app.log.2");
        // As many as a put takes: they would go at the first look, which a compressed file needs two of.
        var next = Enumerable.Range(2, 500).Select(i => $"{i}").ToArray();
        File.WriteAllText(_agent.Log("app.log"), string.Concat(next.Select(l => l + "\n")));
        if (isRotatedAgain)
        {
            File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
            _agent.Write("app.log", "last");
        }
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(isRotatedAgain ? ["1", .. next, "last"] : ["1", .. next], Stored);
    }

    [Fact]
    public async Task A_rotated_file_that_begins_like_the_log_and_holds_more_is_no_copy()
    {
        _agent.Write("app.log", "banner");
        await _agent.SettleAsync();
        _agent.Write("app.log.1", "banner", "1", "2");
        for (var i = 0; i < 10; i++) await _agent.SettleAsync();

        Assert.Equal(["banner", "banner", "1", "2"], Stored);
    }

    [Fact]
    public async Task A_compressed_file_that_only_begins_like_a_log_is_sent()
    {
        _agent.Write("app.log", "banner", "1");
        await _agent.PassAsync();
        _agent.Write("app.log", "2", "3");
        await _agent.SettleAsync();
        _agent.Kill();
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.2"));
        _agent.Write("app.log.1", "banner", "1", "other lines than those");
        _agent.Compress("app.log.1");
        _agent.Write("app.log", "new");
        for (var i = 0; i < 10; i++) await _agent.SettleAsync();

        Assert.Equal(["1", "1", "2", "3", "banner", "banner", "new", "other lines than those"], Stored.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_waits_for_its_log_however_long_the_destination_is_away(bool isTruncatedLate)
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Write("app.log", "2");
        for (var i = 0; i < 30; i++) _agent.Service.Faults.Enqueue(FakeService.Fault.Throttled);
        await _agent.RunAsync(
            () =>
            {
                // What is under way was read already; this was not.
                _agent.Write("app.log", "3");
                File.Copy(_agent.Log("app.log"), _agent.Log("app.log.1"));
                if (!isTruncatedLate) File.WriteAllText(_agent.Log("app.log"), "4\n");
            },
            () => _agent.Service.Stored.Count == (isTruncatedLate ? 3 : 4));
        if (isTruncatedLate)
        {
            // The log itself is sent, and its copy left out after its time.
            for (var i = 0; i < 10; i++) await _agent.SettleAsync();
            _agent.Write("app.log.1", "unseen");
            File.WriteAllText(_agent.Log("app.log"), "4\n");
        }
        await _agent.SettleAsync();

        Assert.Equal(isTruncatedLate ? ["1", "2", "3", "unseen", "4"] : ["1", "2", "3", "4"], Stored);
        Assert.Equal(0, _agent.Counters.FilesLost.Value);
    }

    [Fact]
    public async Task A_compressed_file_is_read_when_it_is_all_there()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        File.Delete(_agent.Log("app.log"));
        _agent.Write("app.log.1", [.. Enumerable.Range(2, 300).Select(i => $"{i} {i * 7919}")]);
        _agent.Compress("app.log.1");
        var whole = await File.ReadAllBytesAsync(_agent.Log("app.log.1.gz"));
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole[..(whole.Length / 2)]);
        await _agent.SettleAsync();
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole);
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", .. Enumerable.Range(2, 300).Select(i => $"{i} {i * 7919}")], Stored);
    }

    [Fact]
    public async Task Rotations_by_name_while_a_compressed_file_waits_to_be_read_again_are_followed()
    {
        _agent.Write("app.log", "1");
        await _agent.SettleAsync();
        _agent.Kill();
        _agent.Write("app.log", "2");
        File.Move(_agent.Log("app.log"), _agent.Log("app.log.1"));
        _agent.Compress("app.log.1");
        var whole = await File.ReadAllBytesAsync(_agent.Log("app.log.1.gz"));
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole[..^4]);
        await _agent.SettleAsync();
        await File.WriteAllBytesAsync(_agent.Log("app.log.1.gz"), whole);
        File.Move(_agent.Log("app.log.1.gz"), _agent.Log("app.log.2.gz"));
        _agent.Write("app.log.1", "3");
        _agent.Compress("app.log.1");
        await _agent.SettleAsync();
        await _agent.SettleAsync();

        Assert.Equal(["1", "2", "3"], Stored);
    }

    /// <summary>A file with the inode of one that is gone, as file systems give it out again.</summary>
    private void UseInodeOf(string gone, string name, string text)
    {
        File.Move(_agent.Log(gone), _agent.Log(name));
        File.WriteAllText(_agent.Log(name), text);
    }
}
