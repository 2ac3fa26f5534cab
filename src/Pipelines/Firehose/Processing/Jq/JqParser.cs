using ActorStreams.Pipelines.Formats;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>
/// Reads a query by descent, loosest first: <c>|</c>, <c>//</c>, <c>or</c>, <c>and</c>, comparison, sum, product, then a term and what follows
/// it. What is not in the subset is refused where it stands, with what is allowed there.
/// </summary>
internal sealed partial class JqParser(string text)
{
    /// <summary>Of parentheses and the like, one within the other; the evaluation goes as deep.</summary>
    private const int DepthMax = 100;

    private static readonly string[] s_comparisons = ["==", "!=", "<=", ">=", "<", ">"];
    private int _at;
    private int _depth;

    /// <summary>An object of named values, after any number of <c>stage |</c>.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<JqNode> Values, JqNode Input)? Parse(string text, out TextError? error)
    {
        try
        {
            error = null;
            return new JqParser(text).ParseQuery();
        }
        catch (JqSyntaxException e)
        {
            error = new TextError(e.Position, e.Message);
            return null;
        }
    }

    private (IReadOnlyList<string>, IReadOnlyList<JqNode>, JqNode) ParseQuery()
    {
        JqNode input = JqIdentity.Instance;
        while (!Take("{"))
        {
            if (IsAtEnd) throw Refused("The query gives no object of partition keys; it is {name: .path, ...}.");
            var stage = ParseAlternative();
            if (!Take("|")) throw Refused("The query gives no object of partition keys; behind this, | {name: .path, ...} is allowed.");
            input = new JqPipe(input, stage);
        }
        var fields = new SortedDictionary<string, JqNode>(StringComparer.Ordinal);
        do
        {
            SkipSpaces();
            var at = _at;
            var (name, value) = ParseField();
            if (!fields.TryAdd(name, value)) throw Refused($"The key {name} is there twice.", at);
        }
        while (Take(","));
        Expect("}");
        if (!IsAtEnd) throw Refused("The query ends with its object; nothing is allowed behind it.");
        return ([.. fields.Keys], [.. fields.Values], input);
    }

    private (string Name, JqNode Value) ParseField()
    {
        SkipSpaces();
        var start = _at;
        if (Peek() is '(') throw Refused("Names that are computed are not supported: prefixes name the keys.");
        if (Peek() is '$' or '@') throw Refused($"{Peek()} is not supported.");
        string? name;
        if (Peek() is '"')
        {
            name = ParseText() is JqLiteral literal ? literal.Value.Text : throw Refused("Names that are computed are not supported: prefixes name the keys.", start);
            if (name!.Length == 0) throw Refused("The key has no name.", start);
        }
        else
        {
            name = TakeWord() ?? throw Refused("A name of a key is missing; it is {name: .path, ...}.");
        }
        return Take(":") ? (name, ParsePipe()) : (name, new JqField(JqIdentity.Instance, name));
    }

    private JqNode ParsePipe()
    {
        if (++_depth > DepthMax) throw Refused($"The query is nested deeper than {DepthMax}.");
        var node = ParseAlternative();
        if (Take("|")) node = new JqPipe(node, ParsePipe());
        _depth--;
        return node;
    }

    private JqNode ParseAlternative()
    {
        if (++_depth > DepthMax) throw Refused($"The query is nested deeper than {DepthMax}.");
        var node = ParseOr();
        if (Take("//")) node = new JqAlternative(node, ParseAlternative());
        _depth--;
        return node;
    }

    private JqNode ParseOr()
    {
        var node = ParseAnd();
        while (TakeKeyword("or")) node = new JqOperation("or", node, ParseAnd());
        return node;
    }

    private JqNode ParseAnd()
    {
        var node = ParseComparison();
        while (TakeKeyword("and")) node = new JqOperation("and", node, ParseComparison());
        return node;
    }

    private JqNode ParseComparison()
    {
        var node = ParseSum();
        return s_comparisons.FirstOrDefault(Take) is { } operation ? new JqOperation(operation, node, ParseSum()) : node;
    }

    private JqNode ParseSum()
    {
        var node = ParseProduct();
        while (true)
        {
            if (Take("+")) node = new JqOperation("+", node, ParseProduct());
            else if (Take("-")) node = new JqOperation("-", node, ParseProduct());
            else return node;
        }
    }

    private JqNode ParseProduct()
    {
        var node = ParsePostfix();
        while (true)
        {
            if (Take("*")) node = new JqOperation("*", node, ParsePostfix());
            else if (!IsNext("//") && Take("/")) node = new JqOperation("/", node, ParsePostfix());
            else if (Take("%")) node = new JqOperation("%", node, ParsePostfix());
            else return node;
        }
    }

    private JqNode ParsePostfix()
    {
        var node = ParseTerm();
        while (true)
        {
            SkipSpaces();
            if (Peek() is '?')
            {
                _at++;
                node = new JqTry(node);
            }
            else if (Peek() is '[')
            {
                node = ParseBrackets(node);
            }
            else if (Peek() is '.' && !IsNext(".."))
            {
                _at++;
                node = Peek() is '[' ? ParseBrackets(node) : new JqField(node, FieldName());
            }
            else
            {
                return node;
            }
        }
    }

    private JqNode ParseBrackets(JqNode target)
    {
        var start = _at;
        Expect("[");
        if (Take("]")) throw Refused("[] gives several values, and a partition key has one; [0] or [-1] is allowed.", start);
        if (Take(":"))
        {
            var end = ParsePipe();
            Expect("]");
            return new JqSlice(target, null, end);
        }
        var index = ParsePipe();
        if (Take("]")) return new JqIndex(target, index);
        Expect(":");
        if (Take("]")) return new JqSlice(target, index, null);
        var to = ParsePipe();
        Expect("]");
        return new JqSlice(target, index, to);
    }
}
