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
    StringMap,
}

/// <summary>A pattern of the API model, matched against a whole value in time that is linear in it.</summary>
internal sealed class Pattern(string text)
{
    // In the model \d means ASCII digits, here it would mean those of all scripts.
    private readonly Regex _regex = new(
        $@"\A(?:{text.Replace(@"\d", "[0-9]", StringComparison.Ordinal)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public string Text { get; } = text;

    public bool Matches(string value) => _regex.IsMatch(value);
}

/// <summary>One member of a request and its constraints, in the order in which violations are listed.</summary>
internal sealed record Member(string Name, MemberType Type)
{
    public string PathName { get; } = char.ToLowerInvariant(Name[0]) + Name[1..];

    public bool IsRequired { get; init; }
    public Pattern? Pattern { get; init; }

    /// <summary>In UTF-16 units, of a string; 0 for none.</summary>
    public int LengthMin { get; init; }
    public int LengthMax { get; init; } = int.MaxValue;
    public int ValueMin { get; init; } = int.MinValue;
    public int ValueMax { get; init; } = int.MaxValue;
    public ImmutableArray<string> Allowed { get; init; } = [];
    public ImmutableArray<Member> Members { get; init; } = [];

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
        }
    }

    private void CheckText(string path, string text, Violations violations)
    {
        if (Pattern is { } pattern && !pattern.Matches(text))
            violations.Against(path, text, $"Member must satisfy regular expression pattern: {pattern.Text}");
        if (text.Length < LengthMin)
            violations.Against(path, text, $"Member must have length greater than or equal to {Format(LengthMin)}");
        if (text.Length > LengthMax)
            violations.Against(path, text, $"Member must have length less than or equal to {Format(LengthMax)}");
        if (!Allowed.IsEmpty && !Allowed.Contains(text))
            violations.Against(path, text, $"Member must satisfy enum value set: [{string.Join(", ", Allowed)}]");
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
