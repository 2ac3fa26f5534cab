using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

internal sealed partial class JqParser
{
    private static readonly string[] s_keywords =
        ["if", "then", "elif", "else", "end", "and", "or", "def", "reduce", "foreach", "try", "catch", "label", "import", "include", "as"];

    private JqNode ParseTerm()
    {
        SkipSpaces();
        switch (Peek())
        {
            case null: throw Refused("A value is missing: a path such as .a.b, text, a number or a function.");
            case '.': return ParsePath();
            case '"': return ParseText();
            case '(':
                _at++;
                var inner = ParsePipe();
                Expect(")");
                return inner;
            case '-':
                _at++;
                if (++_depth > DepthMax) throw Refused($"The query is nested deeper than {DepthMax}.");
                var positive = ParsePostfix();
                _depth--;
                return new JqOperation("-", new JqLiteral(JqValue.Of(0)), positive);
            case '[': throw Refused("Arrays are not supported: a partition key has one value.");
            case '{': throw Refused("Objects within the object are not supported: a partition key is text.");
            case '$': throw Refused("Variables are not supported.");
            case '@': throw Refused("Formats such as @text are not supported.");
            case >= '0' and <= '9': return ParseNumber();
            default: return ParseWord();
        }
    }

    private JqNode ParsePath()
    {
        if (IsNext("..")) throw Refused(".. gives several values, and a partition key has one; name the path.");
        _at++;
        return Peek() switch
        {
            '"' or '_' => new JqField(JqIdentity.Instance, FieldName()),
            { } c when char.IsAsciiLetter(c) => new JqField(JqIdentity.Instance, FieldName()),
            >= '0' and <= '9' => throw Refused("A path's name begins with a letter or _; for others, .[\"1a\"] is allowed."),
            _ => JqIdentity.Instance,
        };
    }

    private string FieldName()
    {
        var start = _at;
        if (Peek() is '"')
            return ParseText() is JqLiteral literal ? literal.Value.Text! : throw Refused("Names that are computed are not supported here; .[...] takes them.", start);
        return TakeWord() ?? throw Refused("A name is missing behind the dot.");
    }

    private JqNode ParseNumber()
    {
        var start = _at;
        while (Peek() is { } c && (char.IsAsciiDigit(c) || c is '.' || (c is 'e' or 'E' && _at > start) || (c is '+' or '-' && text[_at - 1] is 'e' or 'E'))) _at++;
        return double.TryParse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? new JqLiteral(JqValue.Of(number))
            : throw Refused($"{text[start.._at]} is no number.", start);
    }

    private JqNode ParseWord()
    {
        var start = _at;
        var word = TakeWord() ?? throw Refused($"{Peek()} is not supported here.");
        switch (word)
        {
            case "null": return new JqLiteral(JqValue.Null);
            case "true": return new JqLiteral(JqValue.Of(true));
            case "false": return new JqLiteral(JqValue.Of(false));
            case "if": return ParseIf();
        }
        if (s_keywords.Contains(word)) throw Refused($"{word} is not supported here.", start);
        return ParseCall(word, start);
    }

    private JqNode ParseCall(string name, int start)
    {
        var arguments = new List<JqNode>();
        var positions = new List<int>();
        if (Take("("))
        {
            do
            {
                SkipSpaces();
                positions.Add(_at);
                arguments.Add(ParsePipe());
            }
            while (Take(";"));
            Expect(")");
        }
        var function = JqFunctions.Find(name, arguments.Count) ?? throw Refused(
            JqFunctions.Exists(name)
                ? $"{name} with {arguments.Count} arguments is not supported; allowed are {JqFunctions.Allowed}."
                : $"The function {name} is not supported; allowed are {JqFunctions.Allowed}.", start);
        var allowed = name switch { "strftime" => JqTime.WrittenAllowed, "strptime" => JqTime.ReadAllowed, _ => null };
        if (allowed is not null && arguments[0] is JqLiteral { Value.Kind: JqKind.String } format && JqTime.Problem(format.Value.Text!, allowed) is { } problem)
            throw Refused(problem, positions[0]);
        return new JqCall(function, arguments);
    }

    private JqNode ParseIf()
    {
        var condition = ParsePipe();
        ExpectKeyword("then");
        var then = ParsePipe();
        if (TakeKeyword("elif")) return new JqIf(condition, then, ParseElif());
        // jq 1.6 wants the else; a later jq lets it away, and means the input.
        ExpectKeyword("else");
        var otherwise = ParsePipe();
        ExpectKeyword("end");
        return new JqIf(condition, then, otherwise);
    }

    private JqNode ParseElif()
    {
        if (++_depth > DepthMax) throw Refused($"The query is nested deeper than {DepthMax}.");
        var node = ParseIf();
        _depth--;
        return node;
    }

    /// <summary>Text with JSON's escapes and <c>\(...)</c>.</summary>
    private JqNode ParseText()
    {
        var start = _at++;
        var parts = new List<JqNode>();
        var literal = new StringBuilder();
        while (true)
        {
            switch (Peek())
            {
                case null: throw Refused("The text is not closed.", start);
                case '"':
                    _at++;
                    if (parts.Count == 0) return new JqLiteral(JqValue.Of(literal.ToString()));
                    parts.Add(new JqLiteral(JqValue.Of(literal.ToString())));
                    return new JqText(parts);
                case '\\' when IsNext("\\("):
                    _at += 2;
                    parts.Add(new JqLiteral(JqValue.Of(literal.ToString())));
                    literal.Clear();
                    parts.Add(ParsePipe());
                    Expect(")");
                    break;
                case '\\':
                    _at++;
                    literal.Append(ParseEscape());
                    break;
                case { } c:
                    literal.Append(c);
                    _at++;
                    break;
            }
        }
    }

    private char ParseEscape()
    {
        var start = _at;
        var letter = Peek();
        _at++;
        if (letter == 'u' && _at + 4 <= text.Length && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _at += 4;
            return (char)code;
        }
        return letter switch
        {
            '"' or '\\' or '/' => letter.Value,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw Refused("The escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX \\(...).", start - 1),
        };
    }
}
