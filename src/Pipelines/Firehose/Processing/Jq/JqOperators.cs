namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>What operators do, over the kinds of values that make names: numbers, text, truth values, null.</summary>
internal static class JqOperators
{
    public static JqValue Apply(string operation, in JqValue a, in JqValue b) => operation switch
    {
        "and" or "or" => JqValue.Of(b.IsTrue),
        "==" => JqValue.Of(AreEqual(a, b)),
        "!=" => JqValue.Of(!AreEqual(a, b)),
        "<" => JqValue.Of(Compare(a, b) < 0),
        "<=" => JqValue.Of(Compare(a, b) <= 0),
        ">" => JqValue.Of(Compare(a, b) > 0),
        ">=" => JqValue.Of(Compare(a, b) >= 0),
        "+" when a.Kind == JqKind.Null => b,
        "+" when b.Kind == JqKind.Null => a,
        "+" when (a.Kind, b.Kind) == (JqKind.String, JqKind.String) => JqValue.Of(a.Text + b.Text),
        _ => Calculate(operation, a, b),
    };

    private static JqValue Calculate(string operation, in JqValue a, in JqValue b)
    {
        if ((a.Kind, b.Kind) != (JqKind.Number, JqKind.Number))
        {
            var verb = operation switch { "+" => "added", "-" => "subtracted", "*" => "multiplied", _ => "divided" };
            throw new JqException($"{a.Name} and {b.Name} cannot be {verb}");
        }
        if (operation is "/" or "%" && (operation == "/" ? b.Number : Math.Truncate(b.Number)) == 0)
            throw new JqException("number and number cannot be divided because the divisor is zero");
        return JqValue.Of(operation switch
        {
            "+" => a.Number + b.Number,
            "-" => a.Number - b.Number,
            "*" => a.Number * b.Number,
            "/" => a.Number / b.Number,
            _ => Math.Truncate(a.Number) % Math.Truncate(b.Number),
        });
    }

    private static bool AreEqual(in JqValue a, in JqValue b) => a.Kind == b.Kind && Compare(a, b) == 0;

    /// <summary>jq's order: null, false, true, numbers, text by its characters.</summary>
    private static int Compare(in JqValue a, in JqValue b)
    {
        if (a.Kind >= JqKind.Array && b.Kind >= JqKind.Array) throw new JqException($"{a.Name} and {b.Name} cannot be compared here");
        if (a.Kind != b.Kind) return a.Kind.CompareTo(b.Kind);
        return a.Kind switch
        {
            JqKind.Number or JqKind.Boolean => a.Number.CompareTo(b.Number),
            JqKind.String => CompareText(a.Text!, b.Text!),
            _ => 0,
        };
    }

    /// <summary>By code point, as UTF-8's bytes would compare; UTF-16's halves would come before U+E000.</summary>
    private static int CompareText(string a, string b)
    {
        var left = a.EnumerateRunes();
        var right = b.EnumerateRunes();
        while (true)
        {
            var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
            if (!hasLeft || !hasRight) return hasLeft.CompareTo(hasRight);
            var order = left.Current.CompareTo(right.Current);
            if (order != 0) return order;
        }
    }
}
