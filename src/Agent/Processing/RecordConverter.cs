using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorStreams.Agent.Configuration;

namespace ActorStreams.Agent.Processing;

/// <summary>
/// The steps of <c>dataProcessingOptions</c>, one after another. The same record gives the same result each time. Where a step fails the record is sent as
/// it is in the file, as the Kinesis agent does.
/// </summary>
internal sealed class RecordConverter
{
    /// <summary>For patterns that only a backtracking engine can hold against a line; such a match is given up, not waited for.</summary>
    private static readonly TimeSpan s_matchTimeout = TimeSpan.FromSeconds(2);

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_indented = s_compact with { Indented = true, NewLine = "\n" };

    private readonly ImmutableArray<Func<string, string?>> _steps;

    private RecordConverter(ImmutableArray<Func<string, string?>> steps) => _steps = steps;

    /// <summary>Null where records are sent as they are.</summary>
    public static RecordConverter? Create(ImmutableArray<ProcessingSettings> settings) =>
        settings.IsEmpty ? null : new RecordConverter([.. settings.Select(Step)]);

    /// <summary>Null for a record that is to be left out: a line that LOGTOJSON's pattern does not match.</summary>
    /// <param name="failed">Whether a step failed.</param>
    public ReadOnlyMemory<byte>? Convert(ReadOnlyMemory<byte> data, out bool failed)
    {
        failed = false;
        try
        {
            var text = Encoding.UTF8.GetString(data.Span);
            foreach (var step in _steps)
            {
                if (step(text) is not { } next) return null;
                text = next;
            }
            return Encoding.UTF8.GetBytes(text);
        }
        catch (RegexMatchTimeoutException)
        {
            failed = true;
            return data;
        }
    }

    /// <summary>A pattern in linear time where it can be had.</summary>
    public static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, s_matchTimeout);
        }
    }

    private static Func<string, string?> Step(ProcessingSettings settings) => settings switch
    {
        ProcessingSettings.SingleLine single => text => SingleLine(text, single),
        ProcessingSettings.CsvToJson csv => CsvToJson(csv),
        ProcessingSettings.LogToJson log => LogToJson(log),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings, "No such step."),
    };

    private static string SingleLine(string text, ProcessingSettings.SingleLine settings)
    {
        var lines = text.Split('\n').AsEnumerable();
        // Java's split leaves out what is empty at the end.
        lines = lines.Reverse().SkipWhile(l => l.Length == 0).Reverse();
        if (settings.Trim) lines = lines.Select(TrimControls);
        return string.Join(settings.EscapeNewLines ? @"\\n" : "", lines) + "\n";
    }

    /// <summary>As Java's <c>trim</c>: everything up to the space.</summary>
    private static string TrimControls(string line)
    {
        var (start, end) = (0, line.Length);
        while (start < end && line[start] <= ' ') start++;
        while (end > start && line[end - 1] <= ' ') end--;
        return line[start..end];
    }

    private static Func<string, string?> CsvToJson(ProcessingSettings.CsvToJson settings)
    {
        var delimiter = settings.Delimiter is [var one] && !@".$|()[{^?*+\".Contains(one, StringComparison.Ordinal) ? null : Compile(settings.Delimiter);
        return text =>
        {
            var columns = Columns(WithoutNewLine(text), settings.Delimiter, delimiter);
            return Json(settings.Fields, i => i < columns.Count ? columns[i] : null, settings.Indented);
        };
    }

    private static List<string> Columns(string line, string literal, Regex? delimiter)
    {
        var columns = new List<string>();
        if (delimiter is null)
        {
            columns.AddRange(line.Split(literal));
        }
        else
        {
            var from = 0;
            for (var match = delimiter.Match(line); match.Success; match = match.NextMatch())
            {
                // An empty match at the beginning makes no column.
                if (match.Index + match.Length == 0) continue;
                columns.Add(line[from..match.Index]);
                from = match.Index + match.Length;
            }
            columns.Add(line[from..]);
        }
        // Java's split leaves out empty columns at the end: they are null.
        if (columns.Count > 1) columns.RemoveRange(columns.FindLastIndex(c => c.Length > 0) + 1, columns.Count - columns.FindLastIndex(c => c.Length > 0) - 1);
        return columns;
    }

    private static Func<string, string?> LogToJson(ProcessingSettings.LogToJson settings)
    {
        var pattern = Compile($@"\A(?:{settings.Pattern ?? LogFormats.PatternOf(settings.Format)})\z");
        var fields = settings.Fields ?? LogFormats.FieldsOf(settings.Format);
        var hasDash = LogFormats.HasDashForNothing(settings.Format);
        return text =>
        {
            var match = pattern.Match(WithoutNewLine(text));
            if (!match.Success) return null;
            return Json(fields, i => match.Groups[i + 1] is { Success: true } group && !(hasDash && group.Value == "-") ? group.Value : null, settings.Indented);
        };
    }

    private static string WithoutNewLine(string text) => text.EndsWith('\n') ? text[..^1] : text;

    private static string Json(ImmutableArray<string> fields, Func<int, string?> value, bool isIndented)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, isIndented ? s_indented : s_compact))
        {
            json.WriteStartObject();
            for (var i = 0; i < fields.Length; i++)
            {
                // Of names that are there twice the last one counts, at the place of the first.
                if (fields.IndexOf(fields[i]) != i) continue;
                json.WriteString(fields[i], value(fields.LastIndexOf(fields[i])));
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
