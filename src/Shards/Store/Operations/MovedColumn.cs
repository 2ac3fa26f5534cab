using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace ActorStreams.Shards.Store.Operations;

/// <summary>A column as both databases know it.</summary>
internal sealed record MovedColumn(string Name, NpgsqlDbType Type)
{
    // A null is one byte 0; a value is one byte 1, then its bytes, those of no fixed length behind their length. So no two rows read alike.
    public string DigestedSql => Type switch
    {
        NpgsqlDbType.Bigint => Present($"int8send({Name})"),
        NpgsqlDbType.Integer => Present($"int4send({Name})"),
        NpgsqlDbType.Boolean => Present($"boolsend({Name})"),
        NpgsqlDbType.Text => Present($"int4send(octet_length(convert_to({Name}, 'UTF8'))) || convert_to({Name}, 'UTF8')"),
        _ => Present($"int4send(octet_length({Name})) || {Name}"),
    };

    public void Copy(SqliteDataReader from, int column, NpgsqlBinaryImporter to, RowDigest digest)
    {
        if (from.IsDBNull(column))
        {
            digest.Absent();
            to.WriteNull();
            return;
        }

        switch (Type)
        {
            case NpgsqlDbType.Bigint:
                to.Write(digest.Add(from.GetInt64(column)), Type);
                break;
            case NpgsqlDbType.Integer:
                to.Write(digest.Add(from.GetInt32(column)), Type);
                break;
            case NpgsqlDbType.Boolean:
                to.Write(digest.Add(from.GetBoolean(column)), Type);
                break;
            case NpgsqlDbType.Text:
                to.Write(digest.Add(from.GetString(column)), Type);
                break;
            default:
                to.Write(digest.Add(from.GetFieldValue<byte[]>(column)), Type);
                break;
        }
    }

    private static string Present(string bytes) => $@"coalesce('\x01'::bytea || {bytes}, '\x00'::bytea)";
}
