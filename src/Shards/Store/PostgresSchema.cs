using System.Globalization;

namespace ActorStreams.Shards.Store;

/// <summary>
/// The tables of Akka.Persistence.Sql 1.5.73 without the indexes that nothing here asks by; see <see cref="SqliteSchema"/>. Payloads are
/// stored uncompressed outside the row: compressing them costs more time than it saves, and only so can a header be read alone.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Serialises the nodes that start together; the number is "actorstr" in ASCII.</summary>
    public const string Lock = "SELECT pg_advisory_xact_lock(7017580666383725682)";

    /// <summary>What was there in format 1.</summary>
    private const string Journal = """
        CREATE TABLE IF NOT EXISTS journal (
          ordering        bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_journal" PRIMARY KEY,
          created         bigint  NOT NULL,
          deleted         boolean NOT NULL,
          persistence_id  text    NOT NULL,
          sequence_number bigint  NOT NULL,
          message         bytea   NOT NULL,
          manifest        text,
          identifier      integer,
          writer_uuid     text,
          CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number));
        ALTER TABLE journal ALTER COLUMN message SET STORAGE EXTERNAL;
        CREATE TABLE IF NOT EXISTS tags (
          ordering_id    bigint NOT NULL,
          tag            text   NOT NULL,
          sequence_nr    bigint NOT NULL,
          persistence_id text   NOT NULL,
          CONSTRAINT "PK_tags" PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE TABLE IF NOT EXISTS snapshot (
          persistence_id  text   NOT NULL,
          sequence_number bigint NOT NULL,
          created         bigint NOT NULL,
          snapshot        bytea,
          manifest        text,
          serializer_id   integer,
          CONSTRAINT "PK_snapshot" PRIMARY KEY (persistence_id, sequence_number));
        CREATE TABLE IF NOT EXISTS actorstreams_secret (
          name  text  NOT NULL PRIMARY KEY,
          value bytea NOT NULL);
        """;

    /// <summary>
    /// What came with format 2. Who is a member of the cluster over this store, how often one was formed, and who holds which lease; times
    /// are this server's.
    /// </summary>
    private const string Cluster = """
        CREATE TABLE IF NOT EXISTS actorstreams_format (
          only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
          version  integer NOT NULL);
        CREATE TABLE IF NOT EXISTS actorstreams_formation (
          cluster text   NOT NULL PRIMARY KEY,
          number  bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS actorstreams_member (
          cluster   text        NOT NULL,
          address   text        NOT NULL,
          uid       bigint      NOT NULL,
          formation bigint      NOT NULL,
          roles     text        NOT NULL,
          machine   text        NOT NULL,
          seen_at   timestamptz NOT NULL,
          PRIMARY KEY (cluster, address));
        CREATE TABLE IF NOT EXISTS actorstreams_lease (
          name       text        NOT NULL PRIMARY KEY,
          owner      text,
          epoch      bigint      NOT NULL,
          expires_at timestamptz NOT NULL);
        """;

    // Never back: a newer version may be upgrading beside this one.
    private static readonly string SetFormat = string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO actorstreams_format (version) VALUES ({StoreFormat.Current})
        ON CONFLICT (only_row) DO UPDATE SET version = greatest(actorstreams_format.version, excluded.version);
        """);

    /// <summary>Makes the tables of the current format in an empty database. It may be run again, and over any older format.</summary>
    public static readonly string Ddl = string.Join('\n', Journal, Cluster, SetFormat);

    /// <summary>
    /// Brings format 1 to the current one beside nodes that still run on it: it adds tables and touches none. The journal is left as it
    /// stands, so that one without its unique key is found out instead of given one.
    /// </summary>
    public static readonly string Upgrade = string.Join('\n', Cluster, SetFormat);

    /// <summary>Whether there is a journal, and whether the format is told.</summary>
    public const string Found = "SELECT to_regclass('journal') IS NOT NULL, to_regclass('actorstreams_format') IS NOT NULL";

    public const string HowToCreate =
        "Let one who may create tables run what 'actorstreams schema --user NAME' prints, NAME being the user of the nodes.";

    public const string Format = "SELECT version FROM actorstreams_format";

    public const string UniqueKeys = """
        SELECT string_agg(a.attname, ',') FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = to_regclass('journal') AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        GROUP BY i.indexrelid
        """;

    /// <summary>What nodes write into.</summary>
    public static readonly string[] Tables =
    [
        "journal", "tags", "snapshot", "actorstreams_secret", "actorstreams_formation", "actorstreams_member", "actorstreams_lease",
    ];

    public static readonly string MissingPrivileges = $"""
        SELECT t FROM unnest(ARRAY['{string.Join("', '", Tables)}']) t
        WHERE to_regclass(t) IS NULL OR NOT (has_table_privilege(to_regclass(t), 'SELECT') AND has_table_privilege(to_regclass(t), 'INSERT')
          AND has_table_privilege(to_regclass(t), 'UPDATE') AND has_table_privilege(to_regclass(t), 'DELETE'))
        """;
}
