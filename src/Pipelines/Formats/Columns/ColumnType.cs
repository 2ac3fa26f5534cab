using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorStreams.Pipelines.Formats.Columns;

public enum ColumnKind
{
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    Decimal,
    String,
    Binary,
    Date,
    Timestamp,
}

/// <summary>The type of a column, with the names that Hive and Glue give types.</summary>
/// <param name="Precision">Of a decimal: its digits, 1 to 38.</param>
/// <param name="Scale">Of a decimal: those of them behind the point.</param>
/// <param name="LengthMax">Of <c>varchar(n)</c> and <c>char(n)</c>, in characters; 0 for no bound.</param>
public sealed partial record ColumnType(ColumnKind Kind, int Precision = 0, int Scale = 0, int LengthMax = 0)
{
    public const int PrecisionMax = 38;

    /// <summary>In words, for errors.</summary>
    public const string Allowed = "boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), string, varchar(n), char(n), binary, date, timestamp";

    /// <summary>By its name in Hive, such as <c>decimal(10,2)</c>; null with what is wrong.</summary>
    public static ColumnType? Parse(string name, out string? error)
    {
        error = null;
        var match = Shape().Match(name.ToLowerInvariant());
        var first = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : -1;
        var second = match.Groups[3].Success ? int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture) : -1;
        var type = (match.Groups[1].Value, first, second) switch
        {
            ("boolean", -1, -1) => new ColumnType(ColumnKind.Boolean),
            ("tinyint", -1, -1) => new ColumnType(ColumnKind.TinyInt),
            ("smallint", -1, -1) => new ColumnType(ColumnKind.SmallInt),
            ("int" or "integer", -1, -1) => new ColumnType(ColumnKind.Int),
            ("bigint" or "long", -1, -1) => new ColumnType(ColumnKind.BigInt),
            ("float" or "real", -1, -1) => new ColumnType(ColumnKind.Float),
            ("double", -1, -1) => new ColumnType(ColumnKind.Double),
            ("string", -1, -1) => new ColumnType(ColumnKind.String),
            ("varchar" or "char", > 0, -1) => new ColumnType(ColumnKind.String, LengthMax: first),
            ("binary", -1, -1) => new ColumnType(ColumnKind.Binary),
            ("date", -1, -1) => new ColumnType(ColumnKind.Date),
            ("timestamp", -1, -1) => new ColumnType(ColumnKind.Timestamp),
            // Hive's default.
            ("decimal", -1, -1) => new ColumnType(ColumnKind.Decimal, 10, 0),
            ("decimal", >= 1 and <= PrecisionMax, -1) => new ColumnType(ColumnKind.Decimal, first, 0),
            ("decimal", >= 1 and <= PrecisionMax, >= 0) when second <= first => new ColumnType(ColumnKind.Decimal, first, second),
            _ => null,
        };
        if (type is null)
        {
            error = match.Groups[1].Value == "decimal"
                ? $"{name} is no decimal: decimal(p,s) with p from 1 to {PrecisionMax} and s from 0 to p is allowed."
                : $"{name} is no type of a column here; allowed are {Allowed}.";
        }
        return type;
    }

    public override string ToString() => Kind switch
    {
        ColumnKind.Decimal => $"decimal({Precision},{Scale})",
        ColumnKind.String when LengthMax > 0 => $"varchar({LengthMax})",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"^\s*([a-z]+)\s*(?:\(\s*([0-9]{1,6})\s*(?:,\s*([0-9]{1,6})\s*)?\))?\s*$")]
    private static partial Regex Shape();
}

/// <summary>A column of a table, or of a converted object.</summary>
public sealed record Column(string Name, ColumnType Type)
{
    /// <summary>Whether a record may lack it. One that is not and is lacked fails the record.</summary>
    public bool IsNullable { get; init; } = true;
}
