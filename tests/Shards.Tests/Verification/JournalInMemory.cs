using ActorStreams.Shards.Store;

namespace ActorStreams.Shards.Tests.Verification;

/// <summary>Rows of one persistence id that a spec writes and damages.</summary>
internal sealed class JournalInMemory : IJournalReader
{
    private readonly SortedDictionary<long, (string Manifest, byte[] Payload)> _rows = [];

    /// <summary>The next row, from 1 on.</summary>
    public long Next => _rows.Count == 0 ? 1 : _rows.Keys.Last() + 1;

    public void Put(long row, string manifest, byte[] payload) => _rows[row] = (manifest, payload);

    public byte[] this[long row] => _rows[row].Payload;

    public void Remove(long row) => _rows.Remove(row);

    public Task<IReadOnlyList<JournalRow>> ReadAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int rowsMax, long bytesMax, CancellationToken ct)
    {
        var (read, bytes) = (new List<JournalRow>(), 0L);
        foreach (var (row, stored) in _rows)
        {
            if (row < fromRow || row > toRow || stored.Manifest != manifest) continue;
            if (read.Count == rowsMax || (read.Count > 0 && bytes >= bytesMax)) break;
            read.Add(new JournalRow(row, stored.Payload));
            bytes += stored.Payload.Length;
        }
        return Task.FromResult<IReadOnlyList<JournalRow>>(read);
    }

    public Task<long> HighestRowAsync(string persistenceId, CancellationToken ct) => Task.FromResult(Next - 1);

    public async Task<JournalRowHeader?> HeaderAtOrAfterAsync(
        string persistenceId, string manifest, long row, long toRow, int headerBytes, CancellationToken ct) =>
        await HeadersAsync(persistenceId, manifest, row, toRow, headerBytes, 1, ct) is [var head, ..] ? head : null;

    public Task<IReadOnlyList<JournalRowHeader>> HeadersAsync(
        string persistenceId, string manifest, long fromRow, long toRow, int headerBytes, int rowsMax, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<JournalRowHeader>>(
        [
            .. _rows.Where(r => r.Key >= fromRow && r.Key <= toRow && r.Value.Manifest == manifest).Take(rowsMax)
                .Select(r => new JournalRowHeader(r.Key, r.Value.Payload.AsMemory(0, Math.Min(headerBytes, r.Value.Payload.Length)))),
        ]);

    public Task<IReadOnlyList<string>> PersistenceIdsAsync(string prefix, CancellationToken ct) => throw new NotSupportedException();
}
