using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ActorStreams.Agent.Configuration;

/// <summary>What was found wrong in a configuration, each with its path in the JSON.</summary>
internal sealed class Findings
{
    public List<string> Errors { get; } = [];

    public List<string> Warnings { get; } = [];
}

/// <summary>
/// An object of the configuration: its members are read by name and type, what is wrong with them is noted, and what nobody asked for is named
/// at the end. Numbers may be given as text, as the Kinesis agent takes them.
/// </summary>
internal sealed class JsonSection(JsonElement element, string path, Findings findings)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public void Error(string name, string what) => findings.Errors.Add($"{PathOf(name)}: {what}");

    public void Warn(string name, string what) => findings.Warnings.Add($"{PathOf(name)}: {what}");

    public bool Has(string name) => Member(name) is not null;

    public string? Text(string name)
    {
        if (Member(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        if (value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) return value.GetRawText();
        Error(name, $"is {Kind(value)}; it takes a text.");
        return null;
    }

    /// <summary>The same where an empty text says nothing.</summary>
    public string? FilledText(string name) => Text(name) is { Length: > 0 } text ? text : null;

    public long Integer(string name, long fallback, long min, long max)
    {
        if (Text(name) is not { } text) return fallback;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        Error(name, max == long.MaxValue ? $"is {text}; it takes an integer from {min} on." : $"is {text}; it takes an integer from {min} to {max}.");
        return fallback;
    }

    public TimeSpan Millis(string name, long fallback, long min, long max) => TimeSpan.FromMilliseconds(Integer(name, fallback, min, max));

    public T? OneOf<T>(string name, IReadOnlyDictionary<string, T> allowed)
        where T : struct
    {
        if (Text(name) is not { } text) return null;
        if (allowed.TryGetValue(text, out var value)) return value;
        Error(name, $"is '{text}'; it takes one of {string.Join(", ", allowed.Keys)}.");
        return null;
    }

    public string? Pattern(string name)
    {
        if (FilledText(name) is not { } pattern) return null;
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            return pattern;
        }
        catch (ArgumentException e)
        {
            Error(name, $"is no regular expression: {e.Message}");
            return null;
        }
    }

    public ImmutableArray<string>? Texts(string name)
    {
        if (Member(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        Error(name, $"is {Kind(value)}; it takes an array of texts.");
        return null;
    }

    public IReadOnlyList<JsonSection> Sections(string name)
    {
        if (Member(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Error(name, $"is {Kind(value)}; it takes an array of objects.");
            return [];
        }
        var sections = new List<JsonSection>();
        foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
        {
            if (item.ValueKind == JsonValueKind.Object) sections.Add(new JsonSection(item, $"{PathOf(name)}[{index}]", findings));
            else Error($"{name}[{index}]", $"is {Kind(item)}; it takes an object.");
        }
        return sections;
    }

    /// <summary>Members of the Kinesis agent that have no meaning here.</summary>
    public void NotUsed(string name, string why)
    {
        if (Has(name)) Warn(name, $"is not used: {why}");
    }

    /// <summary>To be called last.</summary>
    public void NameUnknown()
    {
        foreach (var member in element.EnumerateObject().Where(m => !_known.Contains(m.Name)))
            Warn(member.Name, "is not known and not used.");
    }

    private JsonElement? Member(string name)
    {
        _known.Add(name);
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };
}
