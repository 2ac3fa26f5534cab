using System.Globalization;

namespace ActorStreams.Node.Apply;

/// <summary>Finds the line of a path such as <c>destination.Processors[0].Type</c> in a document: where it is not there, that of what it would stand in.</summary>
internal static class FilePaths
{
    public static long LineOf(YamlValue document, string path)
    {
        var (value, line) = (document, document.Line);
        while (path.Length > 0)
        {
            if (value is YamlMap map && Longest(map, path) is { } entry)
            {
                (value, line, path) = (entry.Value, entry.Line, path[entry.Key.Length..].TrimStart('.'));
            }
            else if (value is YamlList list && path[0] == '[' && path.IndexOf(']') is var end && end > 0
                && int.TryParse(path.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count)
            {
                (value, line, path) = (list.Items[index], list.Items[index].Line, path[(end + 1)..].TrimStart('.'));
            }
            else
            {
                break;
            }
        }
        return line;
    }

    /// <summary>Keys may have dots in them.</summary>
    private static YamlEntry? Longest(YamlMap map, string path) => map.Entries
        .Where(e => e.Key.Length > 0 && path.StartsWith(e.Key, StringComparison.Ordinal) && (path.Length == e.Key.Length || path[e.Key.Length] is '.' or '['))
        .MaxBy(e => e.Key.Length);
}
