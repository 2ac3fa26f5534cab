using System.Collections.Immutable;
using ActorStreams.Gateway.Wire;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Gateway.Kinesis;

/// <summary>What tags may be, beyond the lengths that the API model gives them.</summary>
internal static class TagRules
{
    // A colon is not in the text of the service but in the tags it takes.
    private static readonly Pattern s_characters = new(@"[\p{L}\p{Zs}\p{N}_.:/=+\-@%]*");
    private const string Reserved = "aws:";

    /// <summary>The tags of a request; none where it has none. Throws the InvalidArgumentException.</summary>
    public static ImmutableSortedDictionary<string, string> Read(ShapeValues input)
    {
        if (input.Map("Tags") is not { } tags) return StreamConfiguration.NoTags;
        CheckCharacters(tags.Keys.Concat(tags.Values));
        if (tags.Keys.FirstOrDefault(k => k.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase)) is { } key)
            throw KinesisErrors.InvalidArgument($"Tag key {key} begins with {Reserved}, which is reserved.");
        return StreamConfiguration.NoTags.SetItems(tags);
    }

    /// <summary>The keys of a request to take tags away.</summary>
    public static ImmutableArray<string> ReadKeys(ShapeValues input)
    {
        var keys = input.Texts("TagKeys")!;
        CheckCharacters(keys);
        return [.. keys];
    }

    private static void CheckCharacters(IEnumerable<string> texts)
    {
        if (!texts.All(s_characters.Matches))
        {
            throw KinesisErrors.InvalidArgument(
                "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.");
        }
    }

    public static void Write(AnswerWriter writer, IEnumerable<KeyValuePair<string, string>> tags) => writer.List("Tags", tags, (w, tag) =>
    {
        w.String("Key", tag.Key);
        w.String("Value", tag.Value);
    });
}
