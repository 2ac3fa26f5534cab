namespace ActorStreams.Node.Apply;

/// <summary>The files that <c>-f</c> names: one, those of a folder, or the standard input.</summary>
internal static class ApplyFiles
{
    public const string StandardInput = "-";

    private static readonly string[] s_endings = [".yaml", ".yml"];

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static IReadOnlyList<(string Name, TextReader Text)> Open(string path, TextReader input)
    {
        if (path == StandardInput) return [(StandardInput, input)];
        if (!Directory.Exists(path)) return [(path, new StringReader(File.ReadAllText(path)))];
        return [.. NamesIn(path).Select(name => (name, (TextReader)new StringReader(File.ReadAllText(name))))];
    }

    /// <summary>Of a folder, and not of those in it, in order.</summary>
    public static IEnumerable<string> NamesIn(string folder) => Directory.EnumerateFiles(folder)
        .Where(name => s_endings.Contains(Path.GetExtension(name), StringComparer.Ordinal)).Order(StringComparer.Ordinal);
}
