namespace ActorStreams.Gateway.Wire;

/// <summary>The members of a request that were there, by name, of the types that the shape gives them.</summary>
internal sealed class ShapeValues
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    public object? Raw(string member) => _values.GetValueOrDefault(member);

    public string? Text(string member) => (string?)Raw(member);

    public int? Integer(string member) => (int?)Raw(member);

    public bool? Bool(string member) => (bool?)Raw(member);

    public long? TimestampMs(string member) => (long?)Raw(member);

    public ShapeValues? Structure(string member) => (ShapeValues?)Raw(member);

    public IReadOnlyList<string>? Texts(string member) => (IReadOnlyList<string>?)Raw(member);

    public IReadOnlyList<ShapeValues>? Structures(string member) => (IReadOnlyList<ShapeValues>?)Raw(member);

    /// <summary>In the order of the request.</summary>
    public IReadOnlyDictionary<string, string>? Map(string member) => (IReadOnlyDictionary<string, string>?)Raw(member);

    public void Set(string member, object value) => _values[member] = value;
}
