namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>A part of a query that gives one value, or none, for one input.</summary>
internal abstract class JqNode
{
    public abstract JqValue Of(in JqValue input);
}

internal sealed class JqIdentity : JqNode
{
    public static readonly JqIdentity Instance = new();

    public override JqValue Of(in JqValue input) => input;
}

internal sealed class JqLiteral(JqValue value) : JqNode
{
    public JqValue Value => value;

    public override JqValue Of(in JqValue input) => value;
}

internal sealed class JqField(JqNode target, string name) : JqNode
{
    public override JqValue Of(in JqValue input) => target.Of(input).Field(name);
}

internal sealed class JqIndex(JqNode target, JqNode index) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var value = target.Of(input);
        var at = index.Of(input);
        return at.Kind switch
        {
            JqKind.Empty => JqValue.Empty,
            JqKind.String => value.Field(at.Text!),
            JqKind.Number => value.At(at.Number),
            _ => throw new JqException($"Cannot index {value.Name} with {at.Name}"),
        };
    }
}

internal sealed class JqSlice(JqNode target, JqNode? from, JqNode? to) : JqNode
{
    public override JqValue Of(in JqValue input) => target.Of(input).Slice(Bound(from, input), Bound(to, input));

    private static double? Bound(JqNode? node, in JqValue input)
    {
        if (node is null) return null;
        var value = node.Of(input);
        return value.Kind switch
        {
            JqKind.Null => null,
            JqKind.Number => value.Number,
            _ => throw new JqException("Start and end indices of an array slice must be numbers"),
        };
    }
}

/// <summary><c>a | b</c>.</summary>
internal sealed class JqPipe(JqNode first, JqNode second) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var value = first.Of(input);
        return value.Kind == JqKind.Empty ? value : second.Of(value);
    }
}

/// <summary><c>a?</c>: nothing where a fails.</summary>
internal sealed class JqTry(JqNode body) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        try
        {
            return body.Of(input);
        }
        catch (JqException)
        {
            return JqValue.Empty;
        }
    }
}

/// <summary><c>a // b</c>: b where a is null, false or nothing. An error in a stays one, as in jq 1.6.</summary>
internal sealed class JqAlternative(JqNode first, JqNode second) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var value = first.Of(input);
        return value.IsTrue ? value : second.Of(input);
    }
}

internal sealed class JqIf(JqNode condition, JqNode then, JqNode otherwise) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var value = condition.Of(input);
        return value.Kind == JqKind.Empty ? value : value.IsTrue ? then.Of(input) : otherwise.Of(input);
    }
}

/// <summary>Text with <c>\(...)</c> in it.</summary>
internal sealed class JqText(IReadOnlyList<JqNode> parts) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var texts = new string[parts.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            var value = parts[i].Of(input);
            if (value.Kind == JqKind.Empty) return value;
            texts[i] = value.ToText();
        }
        return JqValue.Of(string.Concat(texts));
    }
}

internal sealed class JqCall(Func<JqValue, JqValue[], JqValue> function, IReadOnlyList<JqNode> arguments) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        if (input.Kind == JqKind.Empty) return input;
        var values = arguments.Count == 0 ? [] : new JqValue[arguments.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Of(input);
            if (values[i].Kind == JqKind.Empty) return JqValue.Empty;
        }
        return function(input, values);
    }
}

/// <summary><c>a + b</c>, <c>a == b</c>, <c>a and b</c> and the like.</summary>
internal sealed class JqOperation(string operation, JqNode left, JqNode right) : JqNode
{
    public override JqValue Of(in JqValue input)
    {
        var a = left.Of(input);
        if (a.Kind == JqKind.Empty) return a;
        if (operation == "and" && !a.IsTrue) return JqValue.Of(false);
        if (operation == "or" && a.IsTrue) return JqValue.Of(true);
        var b = right.Of(input);
        return b.Kind == JqKind.Empty ? b : JqOperators.Apply(operation, a, b);
    }
}
