using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using ActorStreams.Clustering.Members;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;

namespace ActorStreams.Clustering.Formation;

/// <summary>
/// Makes this process a member of the one cluster over its store: asks the seeds and the members that the store knows, again and again; and
/// forms the cluster where nobody is there, which the store grants to one process at a time.
/// </summary>
/// <remarks>
/// Akka's own first seed joins itself after a time-out, whatever there is on the other side of a broken network. So it is never told
/// that this process is the first seed, and joins itself only when the store says so.
/// </remarks>
internal sealed class ClusterJoin(
    Akka.Cluster.Cluster cluster, IReadOnlyList<string> seeds, string roles, MemberTable table, TimeProvider time, Action<string> waiting, ILogger log)
{
    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_probe = TimeSpan.FromMilliseconds(300);
    private readonly MemberId _self = new(cluster.SelfAddress.ToString(), cluster.SelfUniqueAddress.Uid);
    private readonly long _since = time.GetTimestamp();
    private IReadOnlyList<string> _asked = [];
    private long? _answersSince;

    /// <summary>Completes when this process is a full member; the formation that it made, or 0 where it joined another's.</summary>
    public async Task<long> RunAsync(CancellationToken cancel)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        var formed = 0L;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (cluster.IsTerminated) throw new NotAdmittedException("This process was removed from the cluster before it was admitted: start it again.");
            if (formed == 0) formed = await RoundAsync(cancel).ConfigureAwait(false);
            // Also where nothing was formed: a member is admitted when the others agree.
            await Task.WhenAny(up.Task, Task.Delay(s_round, time, cancel)).ConfigureAwait(false);
            if (up.Task.IsCompleted) return formed;
        }
    }

    private async Task<long> RoundAsync(CancellationToken cancel)
    {
        var before = time.GetTimestamp();
        try
        {
            var known = await table.KnownAsync(cancel).ConfigureAwait(false);
            _answersSince ??= before;
            if (FormationDecision.OutOfReach(_self.Address, Machine.Id, known) is { } outOfReach) throw new NotAdmittedException(outOfReach);
            var dead = await DeadAsync(known, cancel).ConfigureAwait(false);
            var decision = Decide([.. known.Where(member => !dead.Contains(member.Id))]);
            Ask(decision, known.Count == 0 ? await table.OtherClustersAsync(cancel).ConfigureAwait(false) : []);
            if (!decision.Form || cluster.SelfMember.Status != MemberStatus.Removed) return 0;
            if (await table.TryFormAsync(_self, roles, member => dead.Contains(member.Id), cancel).ConfigureAwait(false) is not { } number) return 0;
            // Stopped in between for as long as others believe in what was just written: the right to form may be another's by now.
            if (time.GetElapsedTime(before) > MemberTable.AliveFor / 2) return 0;
            log.LogInformation("No member of the cluster is alive; this process forms it, the {Formation}. time over this store.", number);
            cluster.Join(cluster.SelfAddress);
            return number;
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            _answersSince = null;
            Ask(Decide(null), []);
            waiting($"The store does not tell who is a member: {e.Message}");
            return 0;
        }
    }

    private FormationDecision Decide(IReadOnlyList<MemberRow>? known) => FormationDecision.Decide(
        _self.Address, seeds, known, time.GetElapsedTime(_since), _answersSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero);

    /// <param name="otherNames">Of clusters over the same store, where none of this name is known.</param>
    private void Ask(FormationDecision decision, IReadOnlyList<string> otherNames)
    {
        if (decision.Ask.Count == 0 || cluster.SelfMember.Status != MemberStatus.Removed) return;
        var names = otherNames.Count == 0
            ? ""
            : $" The store knows no cluster of this name, but of the name {string.Join(", ", otherNames)}: all members of a cluster have the same Cluster:Name.";
        waiting($"Waiting to be admitted by {string.Join(", ", decision.Ask)}.{names}");
        if (decision.Ask.SequenceEqual(_asked, StringComparer.Ordinal)) return;
        _asked = decision.Ask;
        cluster.JoinSeedNodes(decision.Ask.Select(Address.Parse));
    }

    /// <summary>
    /// A member on this very machine that was killed looks alive for some seconds more. Nobody listening on its loopback port is proof
    /// that it is gone; of another machine, a refusal may be a firewall's.
    /// </summary>
    private static async Task<HashSet<MemberId>> DeadAsync(IReadOnlyList<MemberRow> known, CancellationToken cancel)
    {
        var dead = new HashSet<MemberId>();
        foreach (var member in known)
        {
            var address = Address.Parse(member.Id.Address);
            if (member.Machine != Machine.Id) continue;
            if (!IPAddress.TryParse(address.Host, out var ip) || !IPAddress.IsLoopback(ip) || address.Port is not { } port) continue;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(s_probe);
            try
            {
                using var client = new TcpClient(ip.AddressFamily);
                await client.ConnectAsync(ip, port, limit.Token).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                dead.Add(member.Id);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                // Not answered, so not known to be gone.
            }
        }

        return dead;
    }
}
