using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActorStreams.Node.Apply;

/// <summary>A document of a file as JSON, of YAML's core schema: what stands there unquoted may be a number, true, false or null.</summary>
internal sealed partial class ApplyDocument
{
    private readonly YamlMap _yaml;
    private readonly EnvironmentValues _environment;
    private readonly List<ApplyError> _errors;
    private readonly Dictionary<string, string> _asWritten = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);

    private ApplyDocument(string file, YamlMap yaml, EnvironmentValues environment, List<ApplyError> errors)
    {
        (File, _yaml, _environment, _errors) = (file, yaml, environment, errors);
        Title = string.Join(' ', new[] { "kind", "name" }.Select(key => yaml.Entries.FirstOrDefault(e => e.Key == key)?.Value).OfType<YamlScalar>().Select(s => s.Text));
        Root = Map(yaml, "");
    }

    public string File { get; }

    public long Line => _yaml.Line;

    public JsonObject Root { get; }

    /// <summary>Kind and name, as far as they are said.</summary>
    public string Title { get; }

    /// <summary>Null with an error where the document is no map.</summary>
    public static ApplyDocument? Read(string file, YamlValue yaml, EnvironmentValues environment, List<ApplyError> errors)
    {
        if (yaml is YamlMap map) return new ApplyDocument(file, map, environment, errors);
        errors.Add(new ApplyError(file, yaml.Line, "is no document of names and values; it takes kind, name and what belongs to the kind."));
        return null;
    }

    /// <summary>How the file says it, where the environment says a part of it; null elsewhere.</summary>
    public string? AsWritten(string path) => _asWritten.GetValueOrDefault(path);

    /// <summary>Whether the environment says a part of what stands at the path or in it.</summary>
    public bool IsFilled(string path) => _asWritten.Keys.Any(written =>
        written.StartsWith(path, StringComparison.Ordinal) && (written.Length == path.Length || written[path.Length] is '.' or '['));

    /// <summary>What the document says at a path, with what the environment says of it as the file has it.</summary>
    public JsonNode? AsWritten(string path, JsonNode? said) => said switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, AsWritten($"{path}.{m.Key}", m.Value)))),
        JsonArray items => new JsonArray([.. items.Select((item, i) => AsWritten($"{path}[{i}]", item))]),
        _ => AsWritten(path) is { } written ? JsonValue.Create(written) : said?.DeepClone(),
    };

    public void Error(string path, string text)
    {
        // Of a value that is not known nothing more can be said.
        if (_missing.Contains(path)) return;
        var subject = string.Join(": ", new[] { Title, path }.Where(part => part.Length > 0));
        _errors.Add(new ApplyError(File, FilePaths.LineOf(_yaml, path), $"{subject}: {_environment.Hidden(text)}"));
    }

    private JsonNode? Node(YamlValue value, string path) => value switch
    {
        YamlMap map => Map(map, path),
        YamlList list => new JsonArray([.. list.Items.Select((item, i) => Node(item, $"{path}[{i}]"))]),
        YamlScalar scalar => Scalar(scalar, path),
        _ => throw new InvalidOperationException($"{value.GetType().Name} has no form in JSON."),
    };

    private JsonObject Map(YamlMap map, string path) =>
        new(map.Entries.Select(e => KeyValuePair.Create(e.Key, Node(e.Value, path.Length == 0 ? e.Key : $"{path}.{e.Key}"))));

    private JsonValue? Scalar(YamlScalar scalar, string path)
    {
        var missing = new List<string>();
        var text = _environment.Filled(scalar.Text, out var isFilled, missing);
        foreach (var name in missing) Error(path, $"is ${{{name}}}, and the environment has no {name}; set it.");
        if (missing.Count > 0) _missing.Add(path);
        if (isFilled) _asWritten[path] = scalar.Text;
        // What the environment says is a text, whatever it looks like.
        if (isFilled || scalar.IsText) return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when Real().IsMatch(text) && double.TryParse(text, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) => JsonValue.Create(real),
            _ => JsonValue.Create(text),
        };
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Real();
}
