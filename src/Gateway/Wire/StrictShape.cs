using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorStreams.Gateway.Kinesis;

namespace ActorStreams.Gateway.Wire;

/// <summary>
/// Holds a JSON document to a shape for whoever wrote it by hand. <see cref="ShapeReader"/> answers clients as the service does: it passes over members that it
/// does not know and ends at the first wrong type. This finds all of it, each with its path, and takes what is wrong out of the document, so that
/// what is left can be looked at further.
/// </summary>
internal static class StrictShape
{
    private const int QuotedMax = 200;

    /// <summary>The document of a body; throws the SerializationException where it is none.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!JsonToken.IsObject(body)) throw KinesisErrors.Malformed();
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                // An escape may name half of a surrogate pair, which is no text.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            }
            return (JsonObject)JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw KinesisErrors.Malformed();
        }
    }

    public static void Check(JsonObject document, ImmutableArray<Member> members, string path, Problems problems)
    {
        var said = document.ToList();
        foreach (var (name, value) in said)
        {
            var member = members.FirstOrDefault(m => m.Name == name);
            if (member is null) problems.Add(Problems.PathOf(path, name), $"is not known; known are {string.Join(", ", members.Select(m => m.Name))}.");
            // Null says nothing.
            if (member is null || value is null || !IsTaken(value, member, Problems.PathOf(path, name), problems)) document.Remove(name);
        }
        foreach (var member in members.Where(m => m.IsRequired && said.TrueForAll(s => s.Key != m.Name || s.Value is null)))
            problems.Add(Problems.PathOf(path, member.Name), $"is missing; it takes {Takes(member)}.");
    }

    /// <summary>False where it has to go.</summary>
    private static bool IsTaken(JsonNode value, Member member, string path, Problems problems)
    {
        var count = problems.Count;
        switch (member.Type, value)
        {
            case (MemberType.Structure, JsonObject structure):
                // What is said of a structure without members is not read.
                if (!member.Members.IsEmpty) Check(structure, member.Members, path, problems);
                return true;
            case (MemberType.StructureList, JsonArray list):
                CheckItems(list, member, path, problems);
                return !IsAgainst(member with { Members = [] }, list.Select(_ => new ShapeValues()).ToList(), path, problems);
            case (MemberType.StringList, JsonArray list):
                for (var i = 0; i < list.Count; i++) CheckText(list[i], member.Items, $"{path}[{i}]", problems);
                IsAgainst(member with { Items = null }, list.Select(_ => "").ToList(), path, problems);
                return problems.Count == count;
            case (MemberType.StringMap, JsonObject map):
                foreach (var (key, text) in map)
                {
                    if (member.Keys is { } keys) IsAgainst(keys, key, Problems.PathOf(path, key), problems);
                    CheckText(text, member.Items, Problems.PathOf(path, key), problems);
                }
                IsAgainst(member with { Keys = null, Items = null }, map.ToDictionary(e => e.Key, _ => "", StringComparer.Ordinal), path, problems);
                return problems.Count == count;
            case (MemberType.String, JsonValue text) when text.GetValueKind() == JsonValueKind.String:
                return !IsAgainst(member, text.GetValue<string>(), path, problems);
            case (MemberType.Integer, JsonValue number) when number.GetValueKind() == JsonValueKind.Number && number.TryGetValue<int>(out var whole):
                return !IsAgainst(member, whole, path, problems);
            case (MemberType.Boolean, JsonValue flag) when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                return true;
            default:
                problems.Add(path, $"is {Kind(value, member)}; it takes {Takes(member)}.");
                return false;
        }
    }

    private static void CheckItems(JsonArray list, Member member, string path, Problems problems)
    {
        var wrong = new List<int>();
        for (var i = 0; i < list.Count; i++)
        {
            var count = problems.Count;
            if (list[i] is JsonObject item) Check(item, member.Members, $"{path}[{i}]", problems);
            else problems.Add($"{path}[{i}]", $"is {Kind(list[i], member)}; it takes an object with {string.Join(", ", member.Members.Select(m => m.Name))}.");
            if (problems.Count > count) wrong.Add(i);
        }
        foreach (var index in wrong) problems.Removed(path, index);
        foreach (var index in Enumerable.Reverse(wrong)) list.RemoveAt(index);
    }

    private static void CheckText(JsonNode? value, Member? member, string path, Problems problems)
    {
        if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String)
        {
            if (member is not null) IsAgainst(member, text.GetValue<string>(), path, problems);
        }
        else
        {
            problems.Add(path, $"is {Kind(value, member)}; it takes a text.");
        }
    }

    private static bool IsAgainst(Member member, object value, string path, Problems problems)
    {
        var violations = new Violations();
        member.Check("", value, violations);
        if (violations.Items.Count > 0 && (value is int || !member.Allowed.IsEmpty))
        {
            problems.Add(path, $"is {Shown(violations.Items[0], value)}; it takes {Takes(member)}.");
            return true;
        }
        foreach (var violation in violations.Items)
        {
            // An empty text is against what it may consist of too, which says less.
            if (value is "" && violations.Items.Count > 1 && violation.Constraint.Contains("pattern", StringComparison.Ordinal)) continue;
            problems.Add(path, $"is {Shown(violation, value)}; {violation.Constraint.Replace("Member must", "it must", StringComparison.Ordinal)}.");
        }
        return violations.Items.Count > 0;
    }

    private static string Shown(Violation violation, object value) => value switch
    {
        // Who knows that it is secret finds it only where it is whole, so there are no parts.
        string when violation.Value!.Length > QuotedMax => string.Create(CultureInfo.InvariantCulture, $"a text of {violation.Value.Length} characters"),
        string => $"'{violation.Value}'",
        IReadOnlyList<ShapeValues> list => $"a list of {list.Count}",
        IReadOnlyList<string> list => $"a list of {list.Count}",
        IReadOnlyDictionary<string, string> map => $"a map of {map.Count}",
        _ => violation.Value!,
    };

    private static string Kind(JsonNode? value, Member? member) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String when member is { Type: MemberType.Integer or MemberType.Boolean } && value.GetValue<string>() is { Length: <= QuotedMax } text => $"the text '{text}'",
        JsonValueKind.String => "a text",
        JsonValueKind.Number when member?.IsSecret != true && value.ToJsonString() is { Length: <= QuotedMax } number => $"the number {number}",
        JsonValueKind.Number => "a number",
        var flag => flag == JsonValueKind.True ? "true" : "false",
    };

    private static string Takes(Member member) => member.Type switch
    {
        MemberType.Structure => "an object",
        MemberType.StringMap => "an object of texts",
        MemberType.StringList => "a list of texts",
        MemberType.StructureList => $"a list of objects with {string.Join(", ", member.Members.Select(m => m.Name))}",
        MemberType.Boolean => "true or false",
        MemberType.Integer when member.ValueMax < int.MaxValue => $"an integer from {member.ValueMin} to {member.ValueMax}",
        MemberType.Integer when member.ValueMin > int.MinValue => $"an integer from {member.ValueMin} on",
        MemberType.Integer => "an integer",
        _ when !member.Allowed.IsEmpty => $"one of {string.Join(", ", member.Allowed)}",
        _ => "a text",
    };
}
