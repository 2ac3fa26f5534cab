using System.Text.RegularExpressions;

namespace ActorStreams.Node.Apply;

/// <summary>
/// Puts values of the environment where a text says <c>${NAME}</c>; <c>$${</c> stands for <c>${</c> itself. What comes from there may be secret, so nothing that is
/// printed has it.
/// </summary>
internal sealed partial class EnvironmentValues(Func<string, string?> environment)
{
    /// <summary>Shorter ones are no secrets, and stand in every second text.</summary>
    private const int HiddenLengthMin = 4;

    private readonly Dictionary<string, string> _used = new(StringComparer.Ordinal);

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
            _used[name] = value;
            return value;
        });
        isFilled = filled;
        return result;
    }

    /// <summary>A text of the service, with the names in place of what came from the environment.</summary>
    public string Hidden(string text) => _used
        .Where(u => u.Value.Length >= HiddenLengthMin).OrderByDescending(u => u.Value.Length)
        .Aggregate(text, (hidden, used) => hidden.Replace(used.Value, $"${{{used.Key}}}", StringComparison.Ordinal));

    [GeneratedRegex(@"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Place();
}
