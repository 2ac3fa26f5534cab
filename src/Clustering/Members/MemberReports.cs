using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Clustering.Members;

/// <summary>Reports this member to the store for as long as it is one, and notices when another cluster was formed over the same store.</summary>
internal sealed class MemberReports(
    MemberTable table, MemberId self, string roles, Func<IReadOnlySet<MemberId>> members, long formation, Action<string> superseded, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private long _formation = formation;
    private Task _running = Task.CompletedTask;

    /// <summary>Answers after the first report, whether the store took it or not.</summary>
    public async Task StartAsync()
    {
        await ReportAsync().ConfigureAwait(false);
        _running = RunAsync();
    }

    /// <summary>The last word: this member is none any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
        try
        {
            await table.ForgetAsync(self, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            // It looks alive for some seconds more.
            log.LogDebug(e, "The store was not told that this member left.");
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(MemberTable.ReportInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) await ReportAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReportAsync()
    {
        try
        {
            if (_formation == 0) _formation = await FindFormationAsync().ConfigureAwait(false);
            var newest = await table.ReportAsync(self, _formation, roles, _stop.Token).ConfigureAwait(false);
            if (_formation != 0 && newest > _formation)
                superseded($"Another cluster was formed over this store, the {newest}., while no member of this one, the {_formation}., was seen alive.");
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            log.LogDebug(e, "The store did not take the report that this member is alive.");
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // Whatever it is: a member that ended its reports would look dead, and its cluster would be superseded.
            log.LogError(e, "The report that this member is alive failed in an unknown way.");
        }
    }

    /// <summary>Of those that this process shares its cluster with, one knows: it reported itself before it let others in.</summary>
    private async Task<long> FindFormationAsync()
    {
        var own = members();
        var alive = await table.AliveAsync(_stop.Token).ConfigureAwait(false);
        return alive.Where(member => own.Contains(member.Id)).Select(member => member.Formation).DefaultIfEmpty().Max();
    }
}
