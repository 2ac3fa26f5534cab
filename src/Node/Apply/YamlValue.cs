namespace ActorStreams.Node.Apply;

/// <summary>A value of a YAML document with the line where it begins, from 1.</summary>
internal abstract record YamlValue(long Line);

/// <param name="IsText">It is quoted or tagged, so that what looks like a number is none.</param>
internal sealed record YamlScalar(long Line, string Text, bool IsText) : YamlValue(Line);

internal sealed record YamlList(long Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line);

internal sealed record YamlMap(long Line, IReadOnlyList<YamlEntry> Entries) : YamlValue(Line);

/// <param name="Line">Of the key.</param>
internal sealed record YamlEntry(string Key, long Line, YamlValue Value);
