using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <param name="Path">Of the member in the JSON that was sent, such as <c>Tags[0].Key</c>; empty where the whole is meant.</param>
/// <param name="Text">A sentence.</param>
internal sealed record Problem(string Path, string Text)
{
    /// <summary>Whether one of the two members is in the other, or is the other.</summary>
    public bool IsRelatedTo(Problem other) => Path == other.Path || IsIn(Path, other.Path) || IsIn(other.Path, Path);

    private static bool IsIn(string path, string outer) =>
        outer.Length > 0 && path.Length > outer.Length && path.StartsWith(outer, StringComparison.Ordinal) && path[outer.Length] is '.' or '[';
}

/// <summary>What is found wrong with a request, in the order in which it is found: a call is refused with the first of it, a check answers with all.</summary>
internal sealed class Problems
{
    /// <summary>Of more than anybody reads, the rest is not kept: clients choose how many there are.</summary>
    private const int KeptMax = 500;

    private readonly List<Problem> _all = [];

    public IReadOnlyList<Problem> All => _all;

    public void Add(string path, string text) => Add(new Problem(path, text));

    public void Add(Problem problem)
    {
        if (_all.Count < KeptMax) _all.Add(problem);
    }

    /// <summary>Notes the error of an API that reading throws; false where it throws one.</summary>
    public bool Try(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (KinesisException e) when (IsRefusal(e))
        {
            Add(path, e.Detail!);
            return false;
        }
    }

    public async Task TryAsync(string path, Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (KinesisException e) when (IsRefusal(e))
        {
            Add(path, e.Detail!);
        }
    }

    /// <summary>Adds what stands in a document at a path, but for what may be so only because of something that was found before.</summary>
    /// <param name="follows">Whether the first may be so because of the second, besides one that it is in or around.</param>
    public void AddRest(Problems later, string path = "", Func<Problem, Problem, bool>? follows = null)
    {
        var before = _all.ToList();
        foreach (var problem in later.All.Select(p => p with { Path = PathOf(path, p.Path) }))
        {
            if (!before.Exists(b => b.IsRelatedTo(problem) || follows?.Invoke(problem, b) == true)) Add(problem);
        }
    }

    public static string PathOf(string outer, string member) => (outer.Length, member.Length) switch
    {
        (0, _) => member,
        (_, 0) => outer,
        _ => $"{outer}.{member}",
    };

    private static bool IsRefusal(KinesisException e) => e.Detail is not null && e.Status < 500;

    /// <summary>Throws the InvalidArgumentException of the first one.</summary>
    public void ThrowFirst()
    {
        if (_all is [var first, ..]) throw KinesisErrors.InvalidArgument(first.Text);
    }
}
