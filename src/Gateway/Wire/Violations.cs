using System.Globalization;
using System.Text;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>Collects what is wrong with the members of a request, for the one ValidationException that lists it all.</summary>
internal sealed class Violations
{
    private readonly List<string> _items = [];

    /// <summary>No more are named, so a caller may stop looking.</summary>
    public bool IsFull => _items.Count >= KinesisLimits.ViolationsMax;

    public void Missing(string path) => Add($"Value null at '{path}' failed to satisfy constraint: Member must not be null");

    public void Against(string path, string value, string constraint) =>
        Add($"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}");

    public void ThrowIfAny()
    {
        if (_items.Count == 0) return;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_items.Count} validation error{(_items.Count > 1 ? "s" : "")} detected: ");
        text.AppendJoin("; ", _items);
        throw KinesisErrors.Validation(text.ToString());
    }

    private void Add(string item)
    {
        if (!IsFull) _items.Add(item);
    }
}
