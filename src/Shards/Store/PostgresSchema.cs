namespace ActorStreams.Shards.Store;

/// <summary>
/// The tables of Akka.Persistence.Sql 1.5.73 without the indexes that nothing here asks by; see <see cref="SqliteSchema"/>. Payloads are
/// stored uncompressed outside the row: compressing them costs more time than it saves, and only so can a header be read alone.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Serialises the nodes that start together; the number is "actorstr" in ASCII.</summary>
    public const string Lock = "SELECT pg_advisory_xact_lock(7017580666383725682)";

    public const string Ddl = """
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
        """ + ClusterDdl;

    /// <summary>Who is a member of the cluster over this store, how often one was formed, and who holds which lease; times are this server's.</summary>
    public const string ClusterDdl = """
        CREATE TABLE IF NOT EXISTS actorstreams_formation (
          cluster text   NOT NULL PRIMARY KEY,
          number  bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS actorstreams_member (
          cluster   text        NOT NULL,
          address   text        NOT NULL,
          uid       bigint      NOT NULL,
          formation bigint      NOT NULL,
          roles     text        NOT NULL,
          seen_at   timestamptz NOT NULL,
          PRIMARY KEY (cluster, address));
        CREATE TABLE IF NOT EXISTS actorstreams_lease (
          name       text        NOT NULL PRIMARY KEY,
          owner      text,
          epoch      bigint      NOT NULL,
          expires_at timestamptz NOT NULL);
        """;

    public const string UniqueKeys = """
        SELECT string_agg(a.attname, ',') FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = to_regclass('journal') AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        GROUP BY i.indexrelid
        """;

    public const string MissingPrivileges = """
        SELECT t FROM unnest(ARRAY['journal', 'snapshot', 'tags', 'actorstreams_secret', 'actorstreams_formation', 'actorstreams_member', 'actorstreams_lease']) t
        WHERE to_regclass(t) IS NULL OR NOT (has_table_privilege(to_regclass(t), 'SELECT') AND has_table_privilege(to_regclass(t), 'INSERT')
          AND has_table_privilege(to_regclass(t), 'UPDATE') AND has_table_privilege(to_regclass(t), 'DELETE'))
        """;
}
