using System.Globalization;
using System.Text;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

internal enum CopyType
{
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Text,
    Timestamp,
    TimestampTz,
    Date,
    Uuid,
    Json,
    Jsonb,
    Bytea,
}

/// <summary>A column to fill.</summary>
/// <param name="TypeName">As a person knows it, such as <c>numeric(8,2)</c>.</param>
/// <param name="LengthMax">Of texts, in characters; null for any.</param>
/// <param name="Precision">Of numerics, digits in total; null for any.</param>
/// <param name="Scale">Of numerics with a precision, digits behind the point.</param>
internal sealed record CopyColumn(string Name, CopyType Type, string TypeName, bool NotNull, int? LengthMax, int? Precision, int Scale)
{
    // PostgreSQL counts the four bytes of a value's header into these modifiers.
    private const int ModifierHeader = 4;

    public byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>Null for a type that has no conversion here.</summary>
    /// <param name="typeName">The catalogue's own name of the type.</param>
    /// <param name="modifier">-1 for none.</param>
    public static CopyColumn? Of(string name, string typeName, bool notNull, int modifier)
    {
        CopyType? type = typeName switch
        {
            "bool" => CopyType.Bool,
            "int2" => CopyType.Int2,
            "int4" => CopyType.Int4,
            "int8" => CopyType.Int8,
            "float4" => CopyType.Float4,
            "float8" => CopyType.Float8,
            "numeric" => CopyType.Numeric,
            "text" or "varchar" or "bpchar" => CopyType.Text,
            "timestamp" => CopyType.Timestamp,
            "timestamptz" => CopyType.TimestampTz,
            "date" => CopyType.Date,
            "uuid" => CopyType.Uuid,
            "json" => CopyType.Json,
            "jsonb" => CopyType.Jsonb,
            "bytea" => CopyType.Bytea,
            _ => null,
        };
        if (type is null) return null;
        int? length = type == CopyType.Text && modifier >= ModifierHeader ? modifier - ModifierHeader : null;
        int? precision = type == CopyType.Numeric && modifier >= ModifierHeader ? ((modifier - ModifierHeader) >> 16) & 0xFFFF : null;
        // Eleven bits with a sign.
        var scale = precision is null ? 0 : (((modifier - ModifierHeader) & 0x7FF) ^ 1024) - 1024;
        var shown = length is not null ? string.Create(CultureInfo.InvariantCulture, $"{typeName}({length})")
            : precision is not null ? string.Create(CultureInfo.InvariantCulture, $"numeric({precision},{scale})")
            : typeName;
        return new CopyColumn(name, type.Value, shown, notNull, length, precision, scale);
    }
}
