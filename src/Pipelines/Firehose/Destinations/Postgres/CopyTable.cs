using System.Collections.Immutable;
using Npgsql;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>The table as its catalogue has it.</summary>
internal static class CopyTable
{
    private const string Sql = """
        SELECT a.attname, t.typname, a.attnotnull, a.atttypmod, a.attgenerated <> '',
               a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false)
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """;

    /// <exception cref="CopyTableException">A column is not there, or has a type without a conversion here.</exception>
    public static async Task<ImmutableArray<CopyColumn>> ColumnsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CopyOptions options, CancellationToken cancel)
    {
        var all = new List<(string Name, string Type, bool NotNull, int Modifier, bool IsGenerated, bool IsNumbered)>();
        await using var command = new NpgsqlCommand(Sql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = NameOf(options) });
        await using (var rows = await command.ExecuteReaderAsync(cancel))
        {
            while (await rows.ReadAsync(cancel))
                all.Add((rows.GetString(0), rows.GetString(1), rows.GetBoolean(2), rows.GetInt32(3), rows.GetBoolean(4), rows.GetBoolean(5)));
        }
        var wanted = options.Columns.IsDefaultOrEmpty ? [.. all.Where(c => !c.IsGenerated && !c.IsNumbered).Select(c => c.Name)] : options.Columns;
        if (wanted.IsEmpty) throw new CopyTableException($"The table {NameOf(options)} has no column to fill.");
        return
        [
            .. wanted.Select(name =>
            {
                var found = all.Find(c => c.Name == name);
                if (found.Name is null) throw new CopyTableException($"The table {NameOf(options)} has no column '{name}'; it has {string.Join(", ", all.Select(c => $"'{c.Name}'"))}.");
                if (found.IsGenerated) throw new CopyTableException($"The column '{name}' of {NameOf(options)} is generated and cannot be filled.");
                return CopyColumn.Of(name, found.Type, found.NotNull, found.Modifier)
                    ?? throw new CopyTableException($"The column '{name}' of {NameOf(options)} has the type {found.Type}, which rows cannot be delivered to.");
            }),
        ];
    }

    public static string NameOf(CopyOptions options) => $"{Quote(options.Schema)}.{Quote(options.Table)}";

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>The table cannot take rows as it is; somebody may change it.</summary>
internal sealed class CopyTableException(string message) : Exception(message);
