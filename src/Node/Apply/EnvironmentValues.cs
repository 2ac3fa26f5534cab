using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace ActorStreams.Node.Apply;

/// <summary>
/// Puts values of the environment where a text says <c>${NAME}</c>; <c>$${</c> stands for <c>${</c> itself. What comes from there may be secret, so nothing that is
/// printed has it.
/// </summary>
internal sealed partial class EnvironmentValues(Func<string, string?> environment)
{
    /// <summary>Shorter ones stand in every second text, and are hidden where they stand alone.</summary>
    private const int AnywhereLengthMin = 4;

    // What a text may have of the environment, by what is shown instead.
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <param name="missing">Names that are not set.</param>
    public string Filled(string text, out bool isFilled, List<string> missing)
    {
        var filled = false;
        var result = Place().Replace(text, match =>
        {
            if (match.Value.StartsWith("$$", StringComparison.Ordinal)) return "${";
            filled = true;
            var name = match.Groups[1].Value;
            if (environment(name) is not { } value)
            {
                missing.Add(name);
                return "";
            }
            Hide(value, $"${{{name}}}");
            return value;
        });
        isFilled = filled;
        if (filled) Hide(result, text);
        return result;
    }

    /// <summary>A text of the service, with the names in place of what came from the environment.</summary>
    public string Hidden(string text)
    {
        if (_shown.Count == 0) return text;
        // At once: what was put in place of one may look like another.
        var any = string.Join('|', _shown.Keys.OrderByDescending(value => value.Length).Select(PatternOf));
        return Regex.Replace(text, any, match => _shown[match.Value], RegexOptions.CultureInvariant);
    }

    /// <param name="value">A value, or the whole text that has one in it.</param>
    private void Hide(string value, string shown)
    {
        if (value.Length == 0) return;
        // Texts may quote it in JSON.
        foreach (var form in (string[])[value, JavaScriptEncoder.Default.Encode(value), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)]) _shown.TryAdd(form, shown);
    }

    private static string PatternOf(string value)
    {
        var pattern = Regex.Escape(value);
        if (value.Length >= AnywhereLengthMin) return pattern;
        // A short number is one of many that a text has of itself.
        return value.All(char.IsAsciiDigit) ? $"(?<=['\"]){pattern}(?=['\"])" : $@"(?<!\w){pattern}(?!\w)";
    }

    [GeneratedRegex(@"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Place();
}
