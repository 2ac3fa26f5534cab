using System.Collections.Immutable;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Log;
using Akka.Actor;
using Akka.Event;
using static ActorStreams.Shards.Streams.StreamProtocol;

namespace ActorStreams.Shards.Streams;

/// <content>Changes, and the reshards and changes of keys that some of them begin.</content>
public sealed partial class StreamActor
{
    // What the parents of the steps under way answered, and which children are open. Both are asked for again after a restart, with the same
    // answers: a parent that closed remembers for whom.
    private readonly Dictionary<int, ShardProtocol.CloseReply.Closed> _closed = [];
    private readonly HashSet<int> _opened = [];

    // An update whose event is being written, and one that waits for room in the quota.
    private IActorRef? _updating;
    private (Update Update, int Shards, IActorRef ReplyTo)? _reserving;

    private void OnUpdate(Update update, IActorRef replyTo)
    {
        if (_state.Describe(_key) is not { } stream)
        {
            replyTo.Tell(new UpdateReply.NotFound(_key));
            return;
        }
        var (e, refusal) = _state.Decide(update.Change, update.IsCompat, NowMs);
        if (refusal is { } reason)
        {
            replyTo.Tell(new UpdateReply.Refused(reason, stream));
        }
        else if (e is StreamEvents.ReshardStarted reshard)
        {
            if (_reserving is not null) replyTo.Tell(new UpdateReply.Refused(ChangeRefusal.NotActive, stream with { Status = StreamStatus.Updating }));
            else Reserve(update, replyTo, reshard.Startings.Length + 1);
        }
        else if (e is null)
        {
            replyTo.Tell(new UpdateReply.Updated(stream, stream));
        }
        else
        {
            Carry(e, replyTo, stream);
        }
    }

    private void Carry(StreamEvents.IStreamEvent e, IActorRef replyTo, StreamDescription before)
    {
        _updating = replyTo;
        PersistAndGoOn(e, () =>
        {
            _updating = null;
            replyTo.Tell(new UpdateReply.Updated(before, _state.Describe(_key)!));
        });
    }

    /// <summary>The region's quota is the catalogue's to keep, so more shards are asked for before they are decided.</summary>
    private void Reserve(Update update, IActorRef replyTo, int shards)
    {
        shards = Math.Max(shards, _state.Open.Count());
        _reserving = (update, shards, replyTo);
        Regions.Of(Context.System, Regions.Catalogues).Tell(new CatalogueProtocol.Reserve(_key.Region, _key.Incarnation, shards), Self);
        Timers.StartSingleTimer(nameof(ReserveTimeout), ReserveTimeout.Instance, s_reserveWithin);
    }

    private static readonly TimeSpan s_reserveWithin = TimeSpan.FromSeconds(5);

    private void OnReserved(CatalogueProtocol.ReserveReply reply)
    {
        if (_reserving is not var (update, shards, replyTo)) return;
        // Of a question that was given up before this one was asked.
        if (reply is CatalogueProtocol.ReserveReply.Reserved reserved && reserved.Shards != shards) return;
        _reserving = null;
        Timers.Cancel(nameof(ReserveTimeout));
        var stream = _state.Describe(_key);
        var (e, refusal) = _state.Decide(update.Change, update.IsCompat, NowMs);
        switch (reply)
        {
            case CatalogueProtocol.ReserveReply.QuotaExceeded quota when stream is not null:
                replyTo.Tell(new UpdateReply.Refused(ChangeRefusal.ShardQuota, stream, quota.Current, quota.Limit, quota.Requested));
                TellCountsAnew();
                break;
            case CatalogueProtocol.ReserveReply.Reserved when stream is not null && refusal is null && e is not null:
                Carry(e, replyTo, stream);
                break;
            default:
                // It was deleted or changed meanwhile.
                replyTo.Tell(stream is null ? new UpdateReply.NotFound(_key) : new UpdateReply.Refused(refusal ?? ChangeRefusal.NotActive, stream));
                TellCountsAnew();
                break;
        }
    }

    private void OnReserveTimeout()
    {
        if (_reserving is not var (_, _, replyTo)) return;
        _reserving = null;
        replyTo.Tell(new UpdateReply.Unavailable("The catalogue of the region did not answer."));
        TellCountsAnew();
    }

    /// <summary>Nothing comes of what the catalogue was asked for; it may have counted it all the same, and learns what there is.</summary>
    private void TellCountsAnew()
    {
        _noted = false;
        GoOn();
    }

    private void RefusePending()
    {
        _updating?.Tell(new UpdateReply.Unavailable("The store did not confirm the change."));
        _reserving?.ReplyTo.Tell(new UpdateReply.Unavailable("The stream stopped before the change was decided."));
        _reserving = null;
    }

    private void GoOnResharding()
    {
        if (_state.NextOfReshard() is { } next)
        {
            if (next is StreamEvents.StepsPlanned)
            {
                _closed.Clear();
                _opened.Clear();
            }
            PersistAndGoOn(next);
            return;
        }
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var step in _state.Resharding!.Steps)
        {
            foreach (var parent in step.Parents.Where(p => !_closed.ContainsKey(p)))
                shards.Tell(new ShardProtocol.Close(Key(parent), [.. step.Children.Select(c => c.Number)]), Self);
            OpenChildren(step);
        }
    }

    private void OnClosed(ShardProtocol.CloseReply.Closed closed)
    {
        var number = closed.Shard.Shard;
        if (StepOf(s => s.Parents.Contains(number)) is not { } step) return;
        _closed[number] = closed;
        OpenChildren(step);
    }

    /// <summary>Once all parents are closed. No child opens before: order per key is that of the parents' records, then of the children's.</summary>
    private void OpenChildren(ReshardStep step)
    {
        if (!step.Parents.All(_closed.ContainsKey)) return;
        var parents = step.Parents.Select(p => _closed[p]).ToList();
        var floorMs = parents.Max(p => p.LastArrivalMs);
        ImmutableArray<ProducerEntry> producers = [.. parents.SelectMany(p => p.Producers)];
        var shards = Regions.Of(Context.System, Regions.Shards);
        foreach (var child in step.Children.Where(c => !_opened.Contains(c.Number)))
            shards.Tell(Opening(child, floorMs, producers), Self);
    }

    private void OnChildOpened(int number)
    {
        if (StepOf(s => s.Children.Any(c => c.Number == number)) is not { } step) return;
        // A late repeat of the last child's answer must not make the step's event a second time.
        if (!_opened.Add(number) || !step.Children.All(c => _opened.Contains(c.Number)) || !step.Parents.All(_closed.ContainsKey)) return;
        PersistAndGoOn(_state.Replace(step, step.Parents.ToDictionary(p => p, p => _closed[p].ClosedRow), NowMs));
    }

    private ReshardStep? StepOf(Func<ReshardStep, bool> predicate) =>
        _state.Lifecycle == StreamLifecycle.Active ? _state.Resharding?.Steps.FirstOrDefault(predicate) : null;

    private string? KeyName => _state.Configuration.EncryptionKey is { } keyId ? EncryptionKeys.NameOf(keyId) ?? keyId : null;

    private void GoOnEncrypting() => TellShards(_state.Open.Select(s => s.Number), number => new ShardProtocol.Encrypt(Key(number), KeyName));

    private void OnEncrypted(ShardProtocol.EncryptReply.Encrypted encrypted)
    {
        // A late answer of the change before names the key of then.
        if (_state is not { Lifecycle: StreamLifecycle.Active, IsChangingEncryption: true } || encrypted.KeyName != KeyName) return;
        if (_done.Add(encrypted.Shard.Shard) && _state.Open.All(s => _done.Contains(s.Number))) PersistAndGoOn(StreamEvents.EncryptionFinished.Instance);
    }

    private sealed class ReserveTimeout : INoSerializationVerificationNeeded
    {
        public static readonly ReserveTimeout Instance = new();
    }
}
