using System.Globalization;

namespace ActorStreams.Pipelines.Firehose.Processing.Jq;

/// <summary>Reads a time by a format of strptime, the whole text of it. An offset from UTC is read and, as in jq, has no effect.</summary>
internal ref struct JqTimeReader(string text, string format)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _year = 1900;
    private int _month = 1;
    private int _day = 1;
    private int _dayOfYear;
    private int _hour;
    private int _minute;
    private int _second;
    private double? _seconds;

    /// <summary>Null when the text is not of the format.</summary>
    public DateTime? Read()
    {
        if (!Read(format) || _at != _text.Length) return null;
        if (_seconds is { } seconds) return DateTime.UnixEpoch.AddSeconds(seconds);
        if (_year < 1 || _day > DateTime.DaysInMonth(_year, _month)) return null;
        var date = _dayOfYear > 0 ? new DateTime(_year, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(_dayOfYear - 1) : new DateTime(_year, _month, _day, 0, 0, 0, DateTimeKind.Utc);
        return date.AddHours(_hour).AddMinutes(_minute).AddSeconds(_second);
    }

    private bool Read(ReadOnlySpan<char> wanted)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            if (char.IsWhiteSpace(wanted[i])) SkipSpaces();
            else if (wanted[i] != '%' || wanted[i + 1] == '%')
            {
                if (wanted[i] == '%') i++;
                if (_at >= _text.Length || _text[_at] != wanted[i]) return false;
                _at++;
            }
            else if (!ReadField(wanted[++i])) return false;
        }
        return true;
    }

    private bool ReadField(char letter)
    {
        switch (letter)
        {
            case 'Y': return Number(4, 1, 9999, out _year);
            case 'y':
                if (!Number(2, 0, 99, out _year)) return false;
                _year += _year < 69 ? 2000 : 1900;
                return true;
            case 'm': return Number(2, 1, 12, out _month);
            case 'd': return Number(2, 1, 31, out _day);
            case 'e':
                SkipSpaces();
                return Number(2, 1, 31, out _day);
            case 'H': return Number(2, 0, 23, out _hour);
            case 'M': return Number(2, 0, 59, out _minute);
            case 'S': return Number(2, 0, 60, out _second);
            case 'j': return Number(3, 1, 366, out _dayOfYear);
            case 's': return ReadSeconds();
            case 'b' or 'B' or 'h': return Name(CultureInfo.InvariantCulture.DateTimeFormat.MonthNames, out _month);
            case 'a' or 'A': return Name(CultureInfo.InvariantCulture.DateTimeFormat.DayNames, out _);
            case 'F': return Read("%Y-%m-%d");
            case 'T': return Read("%H:%M:%S");
            case 'Z':
                var start = _at;
                while (_at < _text.Length && char.IsAsciiLetter(_text[_at])) _at++;
                return _at > start;
            case 'z': return ReadOffset();
            default:
                SkipSpaces();
                return true;
        }
    }

    private bool ReadOffset()
    {
        if (_at < _text.Length && _text[_at] == 'Z')
        {
            _at++;
            return true;
        }
        if (_at >= _text.Length || _text[_at] is not ('+' or '-')) return false;
        _at++;
        if (!Number(2, 0, 23, out _)) return false;
        if (_at < _text.Length && _text[_at] == ':') _at++;
        return Number(2, 0, 59, out _);
    }

    private bool ReadSeconds()
    {
        if (!Number(11, 0, 253_402_300_799, out long seconds)) return false;
        _seconds = seconds;
        return true;
    }

    private bool Number(int digitsMax, int min, int max, out int value)
    {
        var isGood = Number(digitsMax, min, (long)max, out long number);
        value = (int)number;
        return isGood;
    }

    private bool Number(int digitsMax, long min, long max, out long value)
    {
        value = 0;
        var start = _at;
        while (_at < _text.Length && _at - start < digitsMax && char.IsAsciiDigit(_text[_at])) value = (value * 10) + (_text[_at++] - '0');
        var isGood = _at > start && value >= min && value <= max;
        if (!isGood) value = min;
        return isGood;
    }

    private bool Name(string[] names, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            var name = names[number - 1];
            if (name.Length == 0) continue;
            foreach (var candidate in (ReadOnlySpan<int>)[name.Length, 3])
            {
                if (!_text[_at..].StartsWith(name.AsSpan(0, candidate), StringComparison.OrdinalIgnoreCase)) continue;
                _at += candidate;
                return true;
            }
        }
        number = 1;
        return false;
    }

    private void SkipSpaces()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }
}
