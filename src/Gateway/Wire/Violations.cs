using System.Globalization;
using System.Text;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>Collects what is wrong with the members of a request, for the one ValidationException that lists it all.</summary>
internal sealed class Violations
{
    private readonly List<Violation> _items = [];

    /// <summary>No more are named, so a caller may stop looking.</summary>
    public bool IsFull => _items.Count >= KinesisLimits.ViolationsMax;

    public IReadOnlyList<Violation> Items => _items;

    public void Missing(string path) => Add(new Violation(path, null, "Member must not be null"));

    public void Against(string path, string value, string constraint) => Add(new Violation(path, value, constraint));

    public void ThrowIfAny()
    {
        if (_items.Count == 0) return;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_items.Count} validation error{(_items.Count > 1 ? "s" : "")} detected: ");
        text.AppendJoin("; ", _items);
        throw KinesisErrors.Validation(text.ToString());
    }

    private void Add(Violation item)
    {
        if (!IsFull) _items.Add(item);
    }
}

/// <param name="Path">As the service writes it.</param>
/// <param name="Value">As it may be quoted; null where there is none.</param>
/// <param name="Constraint">A sentence of the service's, without its full stop.</param>
internal sealed record Violation(string Path, string? Value, string Constraint)
{
    public override string ToString() => $"Value {(Value is null ? "null" : $"'{Value}'")} at '{Path}' failed to satisfy constraint: {Constraint}";
}
