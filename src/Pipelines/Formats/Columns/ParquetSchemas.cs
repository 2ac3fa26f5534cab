using ParquetSharp;
using ParquetSharp.Schema;

namespace ActorStreams.Pipelines.Formats.Columns;

/// <summary>Columns as Parquet declares them.</summary>
internal static class ParquetSchemas
{
    public static GroupNode Of(IReadOnlyList<Column> columns)
    {
        var nodes = columns.Select(NodeOf).ToArray();
        return new GroupNode("schema", Repetition.Required, nodes);
    }

    private static Node NodeOf(Column column)
    {
        var type = column.Type;
        var (logical, physical) = type.Kind switch
        {
            ColumnKind.Boolean => (LogicalType.None(), PhysicalType.Boolean),
            ColumnKind.TinyInt => (LogicalType.Int(8, true), PhysicalType.Int32),
            ColumnKind.SmallInt => (LogicalType.Int(16, true), PhysicalType.Int32),
            ColumnKind.Int => (LogicalType.Int(32, true), PhysicalType.Int32),
            ColumnKind.BigInt => (LogicalType.Int(64, true), PhysicalType.Int64),
            ColumnKind.Float => (LogicalType.None(), PhysicalType.Float),
            ColumnKind.Double => (LogicalType.None(), PhysicalType.Double),
            ColumnKind.Decimal => (LogicalType.Decimal(type.Precision, type.Scale), type.Precision <= 9 ? PhysicalType.Int32 : type.Precision <= 18 ? PhysicalType.Int64 : PhysicalType.FixedLenByteArray),
            ColumnKind.String => (LogicalType.String(), PhysicalType.ByteArray),
            ColumnKind.Binary => (LogicalType.None(), PhysicalType.ByteArray),
            ColumnKind.Date => (LogicalType.Date(), PhysicalType.Int32),
            ColumnKind.Timestamp => (LogicalType.Timestamp(false, TimeUnit.Micros), PhysicalType.Int64),
            _ => throw new ArgumentException($"{type} is no type of a column.", nameof(column)),
        };
        using (logical)
        {
            var length = physical == PhysicalType.FixedLenByteArray ? WideDecimalBuffer.ValueBytes : -1;
            return new PrimitiveNode(column.Name, column.IsNullable ? Repetition.Optional : Repetition.Required, logical, physical, length);
        }
    }
}
