namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

internal sealed partial class JqParser
{
    private bool IsAtEnd
    {
        get
        {
            SkipSpaces();
            return _at == text.Length;
        }
    }

    private char? Peek() => _at < text.Length ? text[_at] : null;

    private bool IsNext(string symbol) => text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal);

    private bool Take(string symbol)
    {
        SkipSpaces();
        if (!IsNext(symbol)) return false;
        // |= and //= and the like assign, which the subset has not.
        if (symbol is "|" or "//" or "+" or "-" or "*" or "/" or "%" && text.AsSpan(_at + symbol.Length).StartsWith("=", StringComparison.Ordinal))
            throw Refused($"{symbol}= is not supported.");
        _at += symbol.Length;
        return true;
    }

    private void Expect(string symbol)
    {
        if (Take(symbol)) return;
        if (Peek() is ',') throw Refused("Several values, parted by a comma, are not supported here: a partition key has one.");
        throw Refused(Peek() is { } c ? $"{symbol} is missing before {c}." : $"{symbol} is missing.");
    }

    private bool TakeKeyword(string keyword)
    {
        SkipSpaces();
        if (!IsNext(keyword) || (_at + keyword.Length < text.Length && IsWord(text[_at + keyword.Length]))) return false;
        _at += keyword.Length;
        return true;
    }

    private void ExpectKeyword(string keyword)
    {
        if (!TakeKeyword(keyword)) throw Refused($"{keyword} is missing.");
    }

    private string? TakeWord()
    {
        var start = _at;
        if (Peek() is { } first && char.IsAsciiDigit(first)) return null;
        while (Peek() is { } c && IsWord(c)) _at++;
        return _at == start ? null : text[start.._at];
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private void SkipSpaces()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
            else if (text[_at] == '#')
                while (_at < text.Length && text[_at] != '\n') _at++;
            else return;
        }
    }

    private JqSyntaxException Refused(string message, int? at = null)
    {
        if (at is null) SkipSpaces();
        return new JqSyntaxException((at ?? _at) + 1, message);
    }
}

/// <summary>It never leaves the parser.</summary>
internal sealed class JqSyntaxException(int position, string message) : Exception(message)
{
    public int Position => position;
}
