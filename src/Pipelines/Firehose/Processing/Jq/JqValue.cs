using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

internal enum JqKind
{
    /// <summary>No value at all, as of <c>.a?</c> on text.</summary>
    Empty,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A value of a query: of the record's JSON, which it reads lazily, or one that was computed.</summary>
internal readonly struct JqValue
{
    private readonly JsonElement _element;

    private JqValue(JqKind kind, double number = 0, string? text = null, JqValue[]? items = null, JsonElement element = default)
    {
        Kind = kind;
        Number = number;
        Text = text;
        Items = items;
        _element = element;
    }

    public static JqValue Empty => default;

    public static JqValue Null { get; } = new(JqKind.Null);

    public JqKind Kind { get; }

    /// <summary>Of a number; of a truth value 1 or 0.</summary>
    public double Number { get; }

    public string? Text { get; }

    /// <summary>Of an array that was computed; null for one of the record.</summary>
    public JqValue[]? Items { get; }

    public bool IsTrue => Kind switch
    {
        JqKind.Null or JqKind.Empty => false,
        JqKind.Boolean => Number != 0,
        _ => true,
    };

    public static JqValue Of(double number) => new(JqKind.Number, number);

    public static JqValue Of(string text) => new(JqKind.String, text: text);

    public static JqValue Of(bool value) => new(JqKind.Boolean, value ? 1 : 0);

    public static JqValue Of(JqValue[] items) => new(JqKind.Array, items: items);

    public static JqValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => Null,
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.Number => new JqValue(JqKind.Number, element.GetDouble(), element: element),
        JsonValueKind.String => Of(TextOf(element)),
        JsonValueKind.Array => new JqValue(JqKind.Array, element: element),
        _ => new JqValue(JqKind.Object, element: element),
    };

    public JqValue Field(string name) => Kind switch
    {
        JqKind.Empty => this,
        JqKind.Null => Null,
        JqKind.Object => _element.TryGetProperty(name, out var field) ? Of(field) : Null,
        _ => throw new JqException($"Cannot index {Name} with \"{name}\""),
    };

    public JqValue At(double index)
    {
        if (Kind is JqKind.Empty or JqKind.Null) return this;
        if (Kind != JqKind.Array) throw new JqException($"Cannot index {Name} with number");
        var length = Length;
        var at = Math.Floor(index);
        if (at < 0) at += length;
        if (!(at >= 0 && at < length)) return Null;
        return Items is null ? Of(_element[(int)at]) : Items[(int)at];
    }

    public JqValue Slice(double? from, double? to)
    {
        if (Kind is JqKind.Empty or JqKind.Null) return this;
        if (Kind is not (JqKind.Array or JqKind.String)) throw new JqException($"Cannot index {Name} with object");
        // Text is counted in characters, not in UTF-16's halves of them.
        var runes = Kind == JqKind.String ? Text!.EnumerateRunes().ToArray() : null;
        var length = runes?.Length ?? Length;
        var start = (int)Clamp(Math.Floor(from ?? 0), length);
        var end = (int)Clamp(Math.Ceiling(to ?? length), length);
        if (runes is not null) return Of(string.Concat(runes.Take(start..Math.Max(start, end)).Select(r => r.ToString())));
        var self = this;
        return Of([.. Enumerable.Range(start, Math.Max(0, end - start)).Select(i => self.At(i))]);
    }

    public int Length => Items?.Length ?? _element.GetArrayLength();

    public int FieldCount => _element.EnumerateObject().Count();

    /// <summary>As <c>tostring</c> gives it: text as it is, else JSON.</summary>
    public string ToText() => Kind switch
    {
        JqKind.String => Text!,
        JqKind.Null => "null",
        JqKind.Boolean => Number != 0 ? "true" : "false",
        JqKind.Number => NumberText(),
        _ when Items is null => JsonSerializer.Serialize(_element),
        _ => $"[{string.Join(',', Items!.Select(i => i.Kind == JqKind.String ? JsonSerializer.Serialize(i.Text) : i.ToText()))}]",
    };

    public string Name => Kind switch
    {
        JqKind.Null => "null",
        JqKind.Boolean => "boolean",
        JqKind.Number => "number",
        JqKind.String => "string",
        JqKind.Array => "array",
        JqKind.Object => "object",
        _ => "empty",
    };

    private static double Clamp(double index, int length) => Math.Clamp(index < 0 ? index + length : index, 0, length);

    /// <summary>
    /// A whole number of the record keeps its digits: a badge's 20 digits are a name, and a double would make them another's. All else is
    /// written as the shortest text of its double.
    /// </summary>
    private string NumberText()
    {
        if (_element.ValueKind == JsonValueKind.Number)
        {
            var raw = _element.GetRawText();
            if (raw != "-0" && raw.AsSpan(raw[0] == '-' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0) return raw;
        }
        if (Number == 0) return "0";
        return Math.Floor(Number) == Number && Math.Abs(Number) < 1e19
            ? Number.ToString("F0", CultureInfo.InvariantCulture)
            : Number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JqException("Text of the record is not valid Unicode");
        }
    }
}

/// <summary>A query's error on a record, in words like jq's own. It never leaves <see cref="JqQuery"/>.</summary>
internal sealed class JqException(string message) : Exception(message);
