namespace ActorStreams.Shards.Store;

/// <summary>
/// The tables of Akka.Persistence.Sql 1.5.73 as its auto-initialisation names and types them, with two differences: the payload is the
/// journal's last column, so that reading the others does not walk its pages, and the indexes on <c>created</c> and on
/// <c>sequence_number</c> alone are left out, because nothing here asks by them and each costs every write.
/// </summary>
internal static class SqliteSchema
{
    public const string Ddl = """
        CREATE TABLE IF NOT EXISTS journal (
          ordering        INTEGER       NOT NULL PRIMARY KEY AUTOINCREMENT,
          created         INTEGER       NOT NULL,
          deleted         BIT           NOT NULL,
          persistence_id  NVARCHAR(255) NOT NULL,
          sequence_number INTEGER       NOT NULL,
          manifest        NVARCHAR(500)     NULL,
          identifier      INTEGER           NULL,
          writer_uuid     NVARCHAR(128)     NULL,
          message         VARBINARY     NOT NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number);
        CREATE TABLE IF NOT EXISTS tags (
          ordering_id    INTEGER       NOT NULL,
          tag            NVARCHAR(64)  NOT NULL,
          sequence_nr    INTEGER       NOT NULL,
          persistence_id NVARCHAR(255) NOT NULL,
          CONSTRAINT PK_tags PRIMARY KEY (ordering_id, tag));
        CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr);
        CREATE TABLE IF NOT EXISTS snapshot (
          persistence_id  NVARCHAR(255) NOT NULL,
          sequence_number INTEGER       NOT NULL,
          created         INTEGER       NOT NULL,
          snapshot        VARBINARY         NULL,
          manifest        NVARCHAR(500)     NULL,
          serializer_id   INTEGER           NULL,
          CONSTRAINT PK_snapshot PRIMARY KEY (persistence_id, sequence_number));
        CREATE TABLE IF NOT EXISTS actorstreams_secret (
          name  TEXT NOT NULL PRIMARY KEY,
          value BLOB NOT NULL);
        """;

    public const string UniqueKeys = """
        SELECT group_concat(c.name, ',') FROM pragma_index_list('journal') i, pragma_index_info(i.name) c
        WHERE i."unique" = 1 AND i.partial = 0 GROUP BY i.name
        """;
}
