using System.Text;

namespace ActorStreams.Pipelines.Formats;

/// <summary>
/// A pattern of Java's DateTimeFormatter, such as <c>yyyy/MM/dd/'hour='HH</c>, as prefixes of objects and Hive's timestamp formats have them.
/// Text is English, and weeks are those of the United States (from Sunday, the week with 1 January is the first), as in Java's default
/// locale. Letters without a meaning that needs no tables of a locale are refused: <see cref="Allowed"/>.
/// </summary>
public sealed partial class JavaTimePattern
{
    /// <summary>In words, for errors.</summary>
    public const string Allowed = "G y u Y M L d D E e w Q q a H h K k m s S A n N X x Z VV, quoted text and other characters than letters, [ ] { } #";

    private readonly IReadOnlyList<Field> _fields;

    private JavaTimePattern(string text, IReadOnlyList<Field> fields)
    {
        Text = text;
        _fields = fields;
    }

    public string Text { get; }

    public override string ToString() => Text;

    /// <param name="error">Its position is within <paramref name="text"/>.</param>
    public static JavaTimePattern? Parse(string text, out TextError? error)
    {
        var fields = new List<Field>();
        var literal = new StringBuilder();
        error = null;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\'')
            {
                i = ReadQuoted(text, i, literal, ref error);
            }
            else if (char.IsAsciiLetter(c))
            {
                var start = i;
                while (i < text.Length && text[i] == c) i++;
                var problem = Problem(c, i - start);
                if (problem is not null) error = new TextError(start + 1, problem);
                EndLiteral(fields, literal);
                fields.Add(new Field(c, i - start, ""));
            }
            else
            {
                if (c is '[' or ']' or '{' or '}' or '#') error = new TextError(i + 1, $"{c} has a meaning of its own in patterns that is not supported; quote it: '{c}'.");
                literal.Append(c);
                i++;
            }
            if (error is not null) return null;
        }
        EndLiteral(fields, literal);
        if (fields.Count > 0) return new JavaTimePattern(text, fields);
        error = new TextError(1, "The pattern is empty.");
        return null;
    }

    private static int ReadQuoted(string text, int start, StringBuilder literal, ref TextError? error)
    {
        var i = start + 1;
        if (i < text.Length && text[i] == '\'')
        {
            literal.Append('\'');
            return i + 1;
        }
        for (; i < text.Length; i++)
        {
            if (text[i] != '\'')
            {
                literal.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '\'')
            {
                literal.Append('\'');
                i++;
            }
            else
            {
                return i + 1;
            }
        }
        error = new TextError(start + 1, "The quote is not closed.");
        return i;
    }

    private static void EndLiteral(List<Field> fields, StringBuilder literal)
    {
        if (literal.Length == 0) return;
        fields.Add(new Field(Field.Literal, 0, literal.ToString()));
        literal.Clear();
    }

    private static string? Problem(char letter, int count)
    {
        var max = letter switch
        {
            'y' or 'u' or 'Y' => 9,
            'G' or 'M' or 'L' or 'E' or 'Q' or 'q' => 4,
            'd' or 'H' or 'h' or 'K' or 'k' or 'm' or 's' or 'e' or 'w' => 2,
            'a' => 1,
            'D' or 'X' or 'x' or 'Z' => 3,
            'S' => 9,
            'A' or 'n' or 'N' => 19,
            'V' => 2,
            _ => 0,
        };
        if (max == 0) return $"{letter} is no letter of a pattern here; allowed are {Allowed}.";
        if (letter == 'V' && count != 2) return "V stands twice or not at all.";
        return count > max ? $"{letter} stands {count} times; up to {max} are allowed." : null;
    }

    /// <param name="Letter"><see cref="Literal"/> for text.</param>
    private readonly record struct Field(char Letter, int Count, string Text)
    {
        public const char Literal = '\'';
    }
}
