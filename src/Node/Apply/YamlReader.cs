using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ActorStreams.Node.Apply;

/// <summary>Reads the documents of a YAML file. A key that stands twice is an error, as is a tag; at what is no YAML the rest of the file cannot be read.</summary>
internal sealed class YamlReader
{
    private const int DepthMax = 64;

    /// <summary>Aliases can make much of little.</summary>
    private const int ValuesMax = 100_000;

    private readonly string _file;
    private readonly List<ApplyError> _errors;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);

    private YamlReader(string file, TextReader text, List<ApplyError> errors)
    {
        _file = file;
        _errors = errors;
        _parser = new Parser(text);
    }

    /// <summary>The documents in order, without empty ones.</summary>
    public static IReadOnlyList<YamlValue> Read(string file, TextReader text, List<ApplyError> errors)
    {
        var documents = new List<YamlValue>();
        var reader = new YamlReader(file, text, errors);
        try
        {
            reader.ReadTo(documents);
        }
        catch (YamlException e)
        {
            errors.Add(new ApplyError(file, e.Start.Line, $"is not YAML: {e.Message}"));
        }
        return documents;
    }

    private void ReadTo(List<YamlValue> documents)
    {
        while (_parser.MoveNext())
        {
            if (_parser.Current is not DocumentStart) continue;
            _anchors.Clear();
            _parser.MoveNext();
            var document = ReadValue(0);
            if (Size(document) > ValuesMax) _errors.Add(new ApplyError(_file, document.Line, $"has more than {ValuesMax} values with what its aliases stand for."));
            else if (document is not YamlScalar { Text: "", IsText: false }) documents.Add(document);
        }
    }

    /// <summary>The value at which the parser is, which it stands behind afterwards.</summary>
    private YamlValue ReadValue(int depth)
    {
        var here = _parser.Current!;
        if (depth > DepthMax) throw new YamlException(here.Start, here.End, $"there is more in each other than {DepthMax} deep.");
        if (here is AnchorAlias alias)
        {
            _parser.MoveNext();
            return _anchors.TryGetValue(alias.Value.Value, out var target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"no anchor &{alias.Value.Value} stands above.");
        }
        YamlValue value = here switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadList(here.Start.Line, depth),
            MappingStart => ReadMap(here.Start.Line, depth),
            _ => throw new YamlException(here.Start, here.End, "a value is wanted."),
        };
        if (here is not NodeEvent node) return value;
        var isKnown = node.Tag.IsEmpty || node.Tag.IsNonSpecific || node.Tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal);
        if (!isKnown) _errors.Add(new ApplyError(_file, here.Start.Line, $"has the tag {node.Tag.Value}; tags have no meaning here, remove it."));
        if (!node.Anchor.IsEmpty) _anchors[node.Anchor.Value] = value;
        return value;
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        _parser.MoveNext();
        return new YamlScalar(scalar.Start.Line, scalar.Value, scalar.Style != ScalarStyle.Plain || scalar.Tag is { IsEmpty: false, Value: "tag:yaml.org,2002:str" });
    }

    private YamlList ReadList(long line, int depth)
    {
        var items = new List<YamlValue>();
        _parser.MoveNext();
        while (_parser.Current is not SequenceEnd) items.Add(ReadValue(depth + 1));
        _parser.MoveNext();
        return new YamlList(line, items);
    }

    private YamlMap ReadMap(long line, int depth)
    {
        var entries = new OrderedDictionary<string, YamlEntry>(StringComparer.Ordinal);
        _parser.MoveNext();
        while (_parser.Current is not MappingEnd)
        {
            var at = _parser.Current!.Start;
            if (ReadValue(depth + 1) is not YamlScalar key) throw new YamlException(at, _parser.Current!.Start, "a key is wanted that is a text.");
            var value = ReadValue(depth + 1);
            if (!entries.TryAdd(key.Text, new YamlEntry(key.Text, at.Line, value)))
                _errors.Add(new ApplyError(_file, at.Line, $"the key {key.Text} stands here again; first it stands in line {entries[key.Text].Line}."));
        }
        _parser.MoveNext();
        return new YamlMap(line, [.. entries.Values]);
    }

    /// <summary>Values in it, up to one more than there may be.</summary>
    private static long Size(YamlValue value)
    {
        var known = new Dictionary<YamlValue, long>(ReferenceEqualityComparer.Instance);
        return Of(value);

        long Of(YamlValue part)
        {
            if (known.TryGetValue(part, out var size)) return size;
            size = 1 + part switch
            {
                YamlList list => list.Items.Sum(Of),
                YamlMap map => map.Entries.Sum(e => Of(e.Value)),
                _ => 0,
            };
            return known[part] = Math.Min(size, ValuesMax + 1);
        }
    }
}
