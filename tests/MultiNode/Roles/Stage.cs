namespace ActorStreams.MultiNode.Tests.Roles;

/// <summary>Where the parts of a play wait for each other. A part whose node was ended is waited for no more.</summary>
internal sealed class Stage(IEnumerable<Role> roles, TimeSpan patience)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Role> _playing = [.. roles];
    private readonly Dictionary<string, (HashSet<Role> There, TaskCompletionSource Open)> _barriers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until all that still play have entered it. Throws where one of them has failed, and for a part that plays no more.</summary>
    public async Task EnterAsync(string barrier, Role role)
    {
        TaskCompletionSource open;
        lock (_lock)
        {
            if (!_playing.Contains(role)) throw new RoleEndedException();
            if (!_barriers.TryGetValue(barrier, out var entered)) _barriers[barrier] = entered = ([], new(TaskCreationOptions.RunContinuationsAsynchronously));
            entered.There.Add(role);
            open = entered.Open;
            OpenWhereAllAreThere();
        }

        var first = await Task.WhenAny(open.Task, _failed.Task, Task.Delay(patience));
        if (first == _failed.Task) throw new OperationCanceledException("Another part of the play has failed.");
        if (first != open.Task) throw new TimeoutException($"{role} waited {patience.TotalSeconds} s at barrier '{barrier}'; missing: {Missing(barrier)}.");
        lock (_lock)
        {
            if (!_playing.Contains(role)) throw new RoleEndedException();
        }
    }

    public void End(Role role)
    {
        lock (_lock)
        {
            _playing.Remove(role);
            OpenWhereAllAreThere();
        }
    }

    public bool IsPlaying(Role role)
    {
        lock (_lock) return _playing.Contains(role);
    }

    public void Fail() => _failed.TrySetResult();

    private void OpenWhereAllAreThere()
    {
        foreach (var (there, open) in _barriers.Values)
        {
            if (_playing.IsSubsetOf(there)) open.TrySetResult();
        }
    }

    private string Missing(string barrier)
    {
        lock (_lock) return string.Join(", ", _playing.Except(_barriers[barrier].There));
    }
}

/// <summary>The node of a part was ended by another part: what it had still to play is left out.</summary>
internal sealed class RoleEndedException() : Exception("The node of this part was ended.");
