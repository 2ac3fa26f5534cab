using System.Globalization;
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

    // By the path of their list; indexes as they were sent, in order.
    private readonly Dictionary<string, List<int>> _removed = new(StringComparer.Ordinal);

    /// <summary>Those that are kept.</summary>
    public IReadOnlyList<Problem> All => _all;

    /// <summary>Those that were found, kept or not.</summary>
    public int Count { get; private set; }

    public void Add(string path, string text) => Add(new Problem(path, text));

    public void Add(Problem problem)
    {
        Count++;
        if (_all.Count < KeptMax) _all.Add(problem);
    }

    /// <summary>An item was taken out of a list, so that what is found later counts those behind it from another place.</summary>
    /// <param name="index">As it was sent; items of a list are told in their order.</param>
    public void Removed(string list, int index)
    {
        if (!_removed.TryGetValue(list, out var indexes)) _removed[list] = indexes = [];
        indexes.Add(index);
    }

    /// <summary>Notes the error of an API that reading throws; false where it throws one.</summary>
    public bool Try(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ApiException e) when (IsRefusal(e))
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
        catch (ApiException e) when (IsRefusal(e))
        {
            Add(path, e.Detail!);
        }
    }

    /// <summary>Adds what stands in a document at a path, but for what may be so only because of something that was found before.</summary>
    /// <param name="follows">Whether the first may be so because of the second, besides one that it is in or around.</param>
    public void AddRest(Problems later, string path = "", Func<Problem, Problem, bool>? follows = null)
    {
        var before = _all.ToList();
        foreach (var problem in later.All.Select(p => p with { Path = AsSent(PathOf(path, p.Path)) }))
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

    /// <summary>A path in what is left of the document as the one in what was sent.</summary>
    private string AsSent(string path)
    {
        for (var (open, next) = (path.IndexOf('['), 0); open >= 0; open = next < 0 ? -1 : path.IndexOf('[', next))
        {
            next = path.IndexOf(']', open);
            if (next < 0 || !_removed.TryGetValue(path[..open], out var removed) || !int.TryParse(path.AsSpan(open + 1, next - open - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                continue;
            foreach (var before in removed)
            {
                if (before <= index) index++;
            }
            var behind = path[next..];
            path = string.Create(CultureInfo.InvariantCulture, $"{path[..open]}[{index}{behind}");
            next = path.Length - behind.Length;
        }
        return path;
    }

    private static bool IsRefusal(ApiException e) => e.Detail is not null && e.Status < 500;

    /// <summary>Throws the InvalidArgumentException of the first one.</summary>
    public void ThrowFirst()
    {
        if (_all is [var first, ..]) throw KinesisErrors.InvalidArgument(first.Text);
    }
}
