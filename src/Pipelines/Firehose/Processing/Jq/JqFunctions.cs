using System.Collections.Frozen;
using System.Globalization;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>The functions that queries may call, by name and number of arguments. All depend on their input alone: no clock, no chance.</summary>
internal static class JqFunctions
{
    private static readonly FrozenDictionary<(string Name, int Arguments), Func<JqValue, JqValue[], JqValue>> s_functions =
        new Dictionary<(string, int), Func<JqValue, JqValue[], JqValue>>
        {
            [("tostring", 0)] = (v, _) => JqValue.Of(v.ToText()),
            [("tonumber", 0)] = (v, _) => ToNumber(v),
            [("ascii_downcase", 0)] = (v, _) => JqValue.Of(Map(v, "ascii_downcase", char.IsAsciiLetterUpper)),
            [("ascii_upcase", 0)] = (v, _) => JqValue.Of(Map(v, "ascii_upcase", char.IsAsciiLetterLower)),
            [("length", 0)] = (v, _) => Length(v),
            [("type", 0)] = (v, _) => JqValue.Of(v.Name),
            [("not", 0)] = (v, _) => JqValue.Of(!v.IsTrue),
            [("floor", 0)] = (v, _) => JqValue.Of(Math.Floor(NumberOf(v, "floor"))),
            [("ceil", 0)] = (v, _) => JqValue.Of(Math.Ceiling(NumberOf(v, "ceil"))),
            [("round", 0)] = (v, _) => JqValue.Of(Math.Round(NumberOf(v, "round"), MidpointRounding.AwayFromZero)),
            [("fabs", 0)] = (v, _) => JqValue.Of(Math.Abs(NumberOf(v, "fabs"))),
            [("first", 0)] = (v, _) => v.At(0),
            [("last", 0)] = (v, _) => v.At(-1),
            [("split", 1)] = (v, a) => Split(v, TextOf(a[0], "split")),
            [("join", 1)] = (v, a) => Join(v, TextOf(a[0], "join")),
            [("ltrimstr", 1)] = (v, a) => IsAffix(v, a[0]) && v.Text!.StartsWith(a[0].Text!, StringComparison.Ordinal) ? JqValue.Of(v.Text[a[0].Text!.Length..]) : v,
            [("rtrimstr", 1)] = (v, a) => IsAffix(v, a[0]) && v.Text!.EndsWith(a[0].Text!, StringComparison.Ordinal) ? JqValue.Of(v.Text[..^a[0].Text!.Length]) : v,
            [("startswith", 1)] = (v, a) => JqValue.Of(TextOf(v, "startswith").StartsWith(TextOf(a[0], "startswith"), StringComparison.Ordinal)),
            [("endswith", 1)] = (v, a) => JqValue.Of(TextOf(v, "endswith").EndsWith(TextOf(a[0], "endswith"), StringComparison.Ordinal)),
            [("gmtime", 0)] = (v, _) => JqTime.BreakDown(NumberOf(v, "gmtime")),
            [("mktime", 0)] = (v, _) => JqValue.Of(JqTime.Seconds(v)),
            [("strftime", 1)] = (v, a) => JqValue.Of(JqTime.Format(v, TextOf(a[0], "strftime"))),
            [("strptime", 1)] = (v, a) => JqTime.Parse(TextOf(v, "strptime"), TextOf(a[0], "strptime")),
            [("todate", 0)] = (v, _) => JqValue.Of(JqTime.Format(v, JqTime.Iso8601)),
            [("todateiso8601", 0)] = (v, _) => JqValue.Of(JqTime.Format(v, JqTime.Iso8601)),
            [("fromdate", 0)] = (v, _) => JqValue.Of(JqTime.Seconds(JqTime.Parse(TextOf(v, "fromdate"), JqTime.Iso8601))),
            [("fromdateiso8601", 0)] = (v, _) => JqValue.Of(JqTime.Seconds(JqTime.Parse(TextOf(v, "fromdateiso8601"), JqTime.Iso8601))),
        }.ToFrozenDictionary();

    /// <summary>In words, for errors.</summary>
    public static string Allowed { get; } = string.Join(
        ", ", s_functions.Keys.Select(k => k.Arguments == 0 ? k.Name : $"{k.Name}(...)").Order(StringComparer.Ordinal));

    public static Func<JqValue, JqValue[], JqValue>? Find(string name, int arguments) => s_functions.GetValueOrDefault((name, arguments));

    public static bool Exists(string name) => s_functions.Keys.Any(k => k.Name == name);

    private static double NumberOf(in JqValue value, string function) =>
        value.Kind == JqKind.Number ? value.Number : throw new JqException($"{function} needs a number, not {value.Name}");

    private static string TextOf(in JqValue value, string function) =>
        value.Kind == JqKind.String ? value.Text! : throw new JqException($"{function} needs text, not {value.Name}");

    private static bool IsAffix(in JqValue value, in JqValue affix) => (value.Kind, affix.Kind) == (JqKind.String, JqKind.String);

    private static string Map(in JqValue value, string function, Func<char, bool> isToChange) =>
        string.Create(TextOf(value, function).Length, (value.Text, isToChange), static (output, state) =>
        {
            for (var i = 0; i < output.Length; i++) output[i] = state.isToChange(state.Text![i]) ? (char)(state.Text[i] ^ 0x20) : state.Text[i];
        });

    private static JqValue ToNumber(in JqValue value) => value.Kind switch
    {
        JqKind.Number => value,
        JqKind.String when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JqValue.Of(number),
        JqKind.String => throw new JqException($"\"{Shortened(value.Text!)}\" is no number"),
        _ => throw new JqException($"{value.Name} cannot be parsed as a number"),
    };

    private static JqValue Length(in JqValue value) => JqValue.Of(value.Kind switch
    {
        JqKind.Null => 0,
        JqKind.Number => Math.Abs(value.Number),
        JqKind.String => value.Text!.EnumerateRunes().Count(),
        JqKind.Array => value.Length,
        JqKind.Object => value.FieldCount,
        _ => throw new JqException($"{value.Name} has no length"),
    });

    private static JqValue Split(in JqValue value, string separator)
    {
        var text = TextOf(value, "split");
        if (text.Length == 0) return JqValue.Of(Array.Empty<JqValue>());
        if (separator.Length == 0) return JqValue.Of([.. text.EnumerateRunes().Select(r => JqValue.Of(r.ToString()))]);
        return JqValue.Of([.. text.Split(separator).Select(JqValue.Of)]);
    }

    private static JqValue Join(in JqValue value, string separator)
    {
        if (value.Kind != JqKind.Array) throw new JqException($"join needs an array, not {value.Name}");
        var texts = new string[value.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            var item = value.At(i);
            if (item.Kind is JqKind.Array or JqKind.Object) throw new JqException($"join cannot add {item.Name}");
            texts[i] = item.Kind == JqKind.Null ? "" : item.ToText();
        }
        return JqValue.Of(string.Join(separator, texts));
    }

    internal static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
