using System.Text;
using System.Text.Json.Nodes;

namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>Spoils valid requests, in their bytes and in their structure, always alike for one seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "-1e400", "99999999999999999999999", "0.5", "\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"",
        "\"=\"", "\"====\"", "\"AA==\"", "\"\\/\\/\\/\\/\"", "[]", "{}", "[null]", "[[[]]]", "{\"Data\":\"\"}", "[{\"Data\":1}]", "\"0\"", "\"-\"",
        "\"340282366920938463463374607431768211456\"", "\"shardId-000000000000\"", "\"arn:aws:kinesis:::stream/\"", "1772366400.2505",
        "\"arn:aws:kinesis:eu-central-1:000000000000:stream/s\"",
    ];

    private static readonly byte[] Alphabet = [.. "{}[]\",:\\u0123456789-+.eE /=\0\n\u007f"u8, 0xff, 0xc3, 0xed, 0xa0];

    // Heads of every major type with short, long and indefinite lengths, and values that have a meaning of their own.
    private static readonly byte[] CborAlphabet =
    [
        0x00, 0x17, 0x18, 0x1b, 0x1c, 0x3b, 0x40, 0x5b, 0x5f, 0x60, 0x61, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xa1, 0xbb, 0xbf, 0xc1, 0xc2, 0xd9,
        0xdb, 0xf4, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xff,
    ];

    private readonly Random _random = new(seed);

    public byte[] Mutate(string json)
    {
        var text = _random.Next(3) == 0 ? json : MutateStructure(json);
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(text));
        if (_random.Next(3) == 0) return [.. bytes];
        for (var i = _random.Next(1, 4); i > 0 && bytes.Count > 0; i--) MutateBytes(bytes, Alphabet);
        return [.. bytes];
    }

    /// <summary>The same in CBOR, of definite or of indefinite lengths.</summary>
    public byte[] MutateCbor(string json)
    {
        var text = _random.Next(3) == 0 ? json : MutateStructure(json);
        var bytes = new List<byte>(CborJson.FromJson(text, isDefinite: OneIn(2)));
        if (_random.Next(3) == 0) return [.. bytes];
        for (var i = _random.Next(1, 4); i > 0 && bytes.Count > 0; i--) MutateBytes(bytes, CborAlphabet);
        return [.. bytes];
    }

    /// <summary>A header value in printable and other Latin-1 characters, without line ends.</summary>
    public string MutateText(string text)
    {
        var characters = new List<char>(text);
        for (var i = _random.Next(1, 4); i > 0 && characters.Count > 0; i--)
        {
            var at = _random.Next(characters.Count);
            switch (_random.Next(5))
            {
                case 0: characters.RemoveRange(at, _random.Next(1, characters.Count - at + 1)); break;
                case 1: characters.Insert(at, (char)_random.Next(32, 256)); break;
                case 2: characters[at] = ",;=/ :%&?+"[_random.Next(10)]; break;
                case 3: characters.InsertRange(at, new string((char)_random.Next(33, 127), _random.Next(1, 300))); break;
                default: characters[at] = (char)_random.Next(32, 127); break;
            }
        }
        return new string([.. characters]);
    }

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public bool OneIn(int n) => _random.Next(n) == 0;

    /// <summary>Valid JSON with one member or item taken out or given another value.</summary>
    public string MutateStructure(string json)
    {
        var root = JsonNode.Parse(json)!;
        var places = new List<(JsonNode Parent, string? Name, int Index)>();
        Collect(root, places);
        if (places.Count == 0) return Pick(Values);
        // A value that JsonNode itself could not hold goes in as text afterwards.
        const string Mark = "\"@@mark@@\"";
        var (parent, name, index) = Pick(places);
        if (OneIn(8))
        {
            if (name is not null) ((JsonObject)parent).Remove(name);
            else ((JsonArray)parent).RemoveAt(index);
            return root.ToJsonString();
        }
        if (name is not null) parent[name] = "@@mark@@";
        else parent[index] = "@@mark@@";
        var value = Pick(Values);
        if (name is not null && OneIn(4)) value = $"{value},\"{name}\":{Pick(Values)}";
        return root.ToJsonString().Replace(Mark, value, StringComparison.Ordinal);
    }

    private static void Collect(JsonNode node, List<(JsonNode, string?, int)> places)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    places.Add((node, name, 0));
                    if (value is not null) Collect(value, places);
                }
                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    places.Add((node, null, i));
                    if (items[i] is { } item) Collect(item, places);
                }
                break;
        }
    }

    private void MutateBytes(List<byte> bytes, byte[] alphabet)
    {
        var at = _random.Next(bytes.Count);
        switch (_random.Next(6))
        {
            case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1: bytes[at] = Pick(alphabet); break;
            case 2: bytes.Insert(at, Pick(alphabet)); break;
            case 3: bytes.RemoveRange(at, Math.Min(_random.Next(1, 8), bytes.Count - at)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 40), bytes.Count - at))); break;
        }
    }
}
