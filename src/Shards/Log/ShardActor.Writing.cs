using System.Diagnostics;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Streams;
using Akka.Actor;
using Akka.Event;
using static ActorStreams.Shards.Log.ShardProtocol;

namespace ActorStreams.Shards.Log;

/// <content>Deciding what waits, writing it, and answering when it is durable.</content>
public sealed partial class ShardActor
{
    /// <summary>Decides what waits until something has to be written. Runs only with no write in flight.</summary>
    private void Flush()
    {
        if (_agreement.Age > _services.Options.WriteTrust)
        {
            _reads.Probe();
            return;
        }
        while (!Writing && _queue.TryTake(out var next))
        {
            switch (next.Command)
            {
                case Append:
                    FlushAppends(next);
                    break;
                case Attach attach:
                    var (attached, attachRefused) = _state.Decide(attach);
                    WriteOrAnswer(attached, next, attachRefused, () => _state.Attached(attach.Producer));
                    break;
                case Open open:
                    var (opened, openReply) = _state.Decide(open, _services.Node, KeyOf(open.KeyName));
                    WriteOrAnswer(opened, next, opened is null ? openReply : null, () => openReply);
                    break;
                case Close close:
                    var (closed, closeRefused) = _state.Decide(close);
                    WriteOrAnswer(closed, next, closeRefused, () => _state.Closed(_key));
                    break;
                case Encrypt encrypt:
                    var (encrypted, encryptReply) = _state.Decide(encrypt, KeyOf(encrypt.KeyName));
                    WriteOrAnswer(encrypted, next, encrypted is null ? encryptReply : null, () => encryptReply);
                    break;
                case End:
                    _deletion.WaitForEnd(next.ReplyTo);
                    WriteOrAnswer(_state.Lifecycle == ShardLifecycle.Ended ? null : ShardEvents.Ended.Instance, next, null, () => null);
                    break;
                case Trim trim:
                    _deletion.FindTrim(trim, next.ReplyTo, _state);
                    break;
                case ShardDeletion.TrimTo trimTo:
                    WriteOrAnswer(_state.DecideTrim(trimTo.Row), next, null, () => new TrimReply.Trimmed(_key, _state.TrimmedToRow));
                    break;
            }
        }
    }

    private void FlushAppends(ShardQueue.Waiting first)
    {
        var waiting = _queue.TakeAppends(first);
        var appends = new Append[waiting.Count];
        for (var i = 0; i < appends.Length; i++) appends[i] = (Append)waiting[i].Command;
        var nowMs = _services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _calls.Known.Expire(nowMs);
        var decision = AppendDecision.Decide(_state, appends, nowMs, _calls.Known);
        if (decision.Batch is not { } plain)
        {
            Answer();
            return;
        }
        if (_sealer.TrySeal(plain, _state.Encryption, out var batch) is { } notSealed)
        {
            foreach (var refused in waiting) refused.ReplyTo.Tell(Refusals.Of(refused.Command, AppendError.NotReady, notSealed));
            return;
        }
        _inFlight.AddRange(waiting);
        _writing = ShardTracing.StartWrite(appends.Select(a => a.Trace));
        _writing?.SetTag("shard", _key.ToString()).SetTag("row", batch.Row).SetTag("records", batch.Count).SetTag("appends", appends.Length);
        Write(new ShardEvents.RecordsAppended(batch), () =>
        {
            EndTrace(null);
            _services.Metrics.Persisted(_key, batch, _services.Time.GetElapsedTime(_writeIssuedAt.Timestamp));
            _tail.Add(batch.WithoutStored());
            for (var i = 0; i < appends.Length; i++)
            {
                // What a try before stored, or a shard refused, is no load.
                if (decision.Replies[i] is AppendReply.Appended { IsRepeat: false }) _load.Add(appends[i].Block);
            }
            _calls.Stored(decision.Calls);
            Answer();
        });

        void Answer()
        {
            for (var i = 0; i < waiting.Count; i++) waiting[i].ReplyTo.Tell(decision.Replies[i]);
        }
    }

    private void EndTrace(string? failure)
    {
        if (failure is not null) _writing?.SetStatus(ActivityStatusCode.Error, failure);
        _writing?.Dispose();
        _writing = null;
    }

    private EncryptionKeyRef? KeyOf(string? name) => name is null ? null : _services.Keys.RefOf(name);

    private void WriteOrAnswer(ShardEvents.IShardEvent? e, ShardQueue.Waiting waiting, object? refusal, Func<object?> reply)
    {
        if (e is null || refusal is not null)
        {
            Tell(refusal ?? reply());
            if (waiting.Command is End) _deletion.Start(_state);
            return;
        }
        _inFlight.Add(waiting);
        Write(e, () =>
        {
            if (e is ShardEvents.Opened)
            {
                Owned(isChange: false);
                _tail = new RecordTail(_services.Options.TailBytesMax, _services.Tails, default);
                Context.SetReceiveTimeout(null);
            }
            if (e is ShardEvents.Ended)
            {
                _services.Lost.HandedOver(PersistenceId);
                Context.SetReceiveTimeout(TimeSpan.FromSeconds(30));
            }
            Tell(reply());
            if (e is ShardEvents.Ended)
            {
                _tail.Clear();
                _calls.Known.Clear();
            }
            if (e is ShardEvents.Ended or ShardEvents.TrimmedTo) _deletion.Start(_state);
        });

        void Tell(object? answer)
        {
            if (answer is not null) waiting.ReplyTo.Tell(answer);
        }
    }

    private void Write(ShardEvents.IShardEvent e, Action durable)
    {
        _rowsInFlight = e is ShardEvents.Ended ? 2 : 1;
        _writeIssuedAt = _agreement.Now();
        if (e is ShardEvents.Ended)
        {
            // The highest deleted row stays as a tombstone, payload and all. With two of these, written together, it is one without.
            PersistAllAsync([e, e], _ =>
            {
                if (_state.Lifecycle == ShardLifecycle.Ended) Confirmed();
                else _state = _state.Apply(e, LastSequenceNr);
            });
        }
        else
        {
            PersistAsync(e, _ => Confirmed());
        }

        void Confirmed()
        {
            if (_agreement.Age > ConfirmationAgeMax)
            {
                _stopReason = $"Row {LastSequenceNr} was confirmed {_agreement.Age.TotalSeconds:0} s after the store last agreed.";
                _log.Warning("Shard {0} stops: {1}", _key, _stopReason);
                Context.Stop(Self);
                return;
            }
            _services.Watch?.WriteConfirmed();
            _rowsInFlight = 0;
            _inFlight.Clear();
            _state = _state.Apply(e, LastSequenceNr);
            if (e is ShardEvents.TrimmedTo trimmed) _tail.TrimTo(trimmed.Row);
            durable();
            _reads.Trust(_writeIssuedAt);
            // An ended shard is gone; a reader that waits for its next record has missed none.
            if (_state.Refuse() is { Error: AppendError.Ended } ended) _reads.RefuseAll(ended.Detail, ended.Error);
            else _reads.AnswerAll(_state, _tail);
            _deletion.Written(e, _draining);
            if (_draining) StopIfDrained();
            else Flush();
        }
    }
}
