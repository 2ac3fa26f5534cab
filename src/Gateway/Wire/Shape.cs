using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorStreams.Gateway.Wire;

internal enum MemberType
{
    String,
    Integer,
    Boolean,
    Timestamp,
    Structure,

    /// <summary>Strings and enums alike; <see cref="Member.Items"/> has their constraints.</summary>
    StringList,

    /// <summary>Strings by string; <see cref="Member.Keys"/> and <see cref="Member.Items"/> have the constraints of keys and values.</summary>
    StringMap,

    /// <summary>Structures of <see cref="Member.Members"/>; in JSON only.</summary>
    StructureList,
}

/// <summary>A pattern of the API model, matched against a whole value in time that is linear in it.</summary>
/// <param name="inLinearTime">The same where the model's looks ahead, which can't be matched so; null for the text itself.</param>
/// <param name="notBefore">What no value begins with, where the model looks ahead for that.</param>
internal sealed class Pattern(string text, string? inLinearTime = null, string? notBefore = null)
{
    // In the model \d means ASCII digits, here it would mean those of all scripts.
    private readonly Regex _regex = new(
        $@"\A(?:{(inLinearTime ?? text).Replace(@"\d", "[0-9]", StringComparison.Ordinal)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public string Text { get; } = text;

    public bool Matches(string value) => (notBefore is null || !value.StartsWith(notBefore, StringComparison.Ordinal)) && _regex.IsMatch(value);
}

/// <summary>One member of a request and its constraints, in the order in which violations are listed.</summary>
internal sealed record Member(string Name, MemberType Type)
{
    public string PathName { get; } = char.ToLowerInvariant(Name[0]) + Name[1..];

    public bool IsRequired { get; init; }

    /// <summary>No error quotes it, and no description shows it.</summary>
    public bool IsSecret { get; init; }
    public Pattern? Pattern { get; init; }

    /// <summary>In UTF-16 units of a string, items of a list, entries of a map; 0 for none.</summary>
    public int LengthMin { get; init; }
    public int LengthMax { get; init; } = int.MaxValue;
    public int ValueMin { get; init; } = int.MinValue;
    public int ValueMax { get; init; } = int.MaxValue;
    public ImmutableArray<string> Allowed { get; init; } = [];
    public ImmutableArray<Member> Members { get; init; } = [];

    /// <summary>What each item of a list or each value of a map must satisfy; its name is not looked at.</summary>
    public Member? Items { get; init; }

    /// <summary>What each key of a map must satisfy.</summary>
    public Member? Keys { get; init; }

    /// <summary>The same name and type, with nothing that a value must satisfy.</summary>
    public Member Unconstrained() => new(Name, Type) { Members = [.. Members.Select(m => m.Unconstrained())] };

    public void Check(string parentPath, object? value, Violations violations)
    {
        var path = parentPath + PathName;
        switch (value)
        {
            case null:
                if (IsRequired) violations.Missing(path);
                break;
            case string text:
                CheckText(path, text, violations);
                break;
            case int number:
                CheckNumber(path, number, violations);
                break;
            case ShapeValues nested:
                foreach (var member in Members) member.Check(path + ".", nested.Raw(member.Name), violations);
                break;
            case IReadOnlyList<ShapeValues> structures:
                var quoted = structures.Count == 0 ? "[]" : string.Create(CultureInfo.InvariantCulture, $"[{structures.Count} entries]");
                CheckLength(path, quoted, structures.Count, violations);
                for (var i = 0; i < structures.Count && !violations.IsFull; i++)
                {
                    var prefix = string.Create(CultureInfo.InvariantCulture, $"{path}.{i + 1}.member.");
                    foreach (var member in Members) member.Check(prefix, structures[i].Raw(member.Name), violations);
                }
                break;
            case IReadOnlyList<string> list:
                CheckList(path, list, violations);
                break;
            case IReadOnlyDictionary<string, string> map:
                CheckMap(path, map, violations);
                break;
        }
    }

    private void CheckList(string path, IReadOnlyList<string> list, Violations violations)
    {
        var text = $"[{string.Join(", ", list)}]";
        CheckLength(path, text, list.Count, violations);
        if (Items is { } items && !list.All(items.IsSatisfied))
            violations.Against(path, text, $"Member must satisfy constraint: [{items.Constraints()}]");
    }

    private void CheckMap(string path, IReadOnlyDictionary<string, string> map, Violations violations)
    {
        var text = $"{{{string.Join(", ", map.Select(e => $"{e.Key}={e.Value}"))}}}";
        CheckLength(path, text, map.Count, violations);
        if (Keys is { } keys && !map.Keys.All(keys.IsSatisfied))
            violations.Against(path, text, $"Map keys must satisfy constraint: [{keys.Constraints()}]");
        if (Items is { } values && !map.Values.All(values.IsSatisfied))
            violations.Against(path, text, $"Map value must satisfy constraint: [{values.Constraints()}]");
    }

    private bool IsSatisfied(string text) =>
        text.Length >= LengthMin
        && text.Length <= LengthMax
        && Pattern?.Matches(text) is not false
        && (Allowed.IsEmpty || Allowed.Contains(text));

    // All of them, the broken and the kept: the service does not say which item broke which.
    private string Constraints()
    {
        var all = new List<string>();
        if (LengthMax < int.MaxValue) all.AddRange(LengthAtMost, LengthAtLeast);
        if (Pattern is not null) all.Add(InPattern);
        if (!Allowed.IsEmpty) all.Add(InSet);
        return string.Join(", ", all);
    }

    private string LengthAtLeast => $"Member must have length greater than or equal to {Format(LengthMin)}";
    private string LengthAtMost => $"Member must have length less than or equal to {Format(LengthMax)}";
    private string InPattern => $"Member must satisfy regular expression pattern: {Pattern?.Text}";
    private string InSet => $"Member must satisfy enum value set: [{string.Join(", ", Allowed)}]";

    private void CheckText(string path, string text, Violations violations)
    {
        var quoted = IsSecret ? "***" : text;
        if (Pattern?.Matches(text) is false) violations.Against(path, quoted, InPattern);
        CheckLength(path, quoted, text.Length, violations);
        if (!Allowed.IsEmpty && !Allowed.Contains(text)) violations.Against(path, quoted, InSet);
    }

    private void CheckLength(string path, string text, int length, Violations violations)
    {
        if (length < LengthMin) violations.Against(path, text, LengthAtLeast);
        if (length > LengthMax) violations.Against(path, text, LengthAtMost);
    }

    private void CheckNumber(string path, int number, Violations violations)
    {
        if (number < ValueMin)
            violations.Against(path, Format(number), $"Member must have value greater than or equal to {Format(ValueMin)}");
        if (number > ValueMax)
            violations.Against(path, Format(number), $"Member must have value less than or equal to {Format(ValueMax)}");
    }

    private static string Format(int number) => number.ToString(CultureInfo.InvariantCulture);
}
