using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;

namespace ActorStreams.Pipelines.Firehose.Destinations.Postgres;

/// <summary>
/// Rows in a PostgreSQL table, <b>exactly once</b>: a batch's rows and the note that it was delivered commit together, and the note is unique,
/// so that a batch that is tried again, by whomever and however late, is found done and left out. A record that does not fit the table fails
/// alone, by name of its column, and the others are rows.
/// </summary>
public sealed partial class CopyClient : IAsyncDisposable
{
    private const int ChunkBytes = 256 << 10;

    private readonly CopyOptions _options;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly DeliveriesTable _deliveries;

    public CopyClient(CopyOptions options, TimeProvider time)
    {
        (_options, _time, _deliveries) = (options, time, new DeliveriesTable(options));
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = "ActorStreams" };
        // A dead server is noticed while rows are sent, too.
        connection.TcpKeepAlive = true;
        if (connection.TcpKeepAliveTime == 0) connection.TcpKeepAliveTime = 30;
        // The reasons of refused rows go where the rows themselves go.
        connection.IncludeErrorDetail = true;
        connection.CommandTimeout = (int)Math.Ceiling(options.Timeout.TotalSeconds);
        _source = NpgsqlDataSource.Create(connection);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>One try.</summary>
    public async Task<CopyResult> DeliverAsync(CopyBatch batch, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        // Rows that only the server could find wrong, by ordinal.
        var refused = new Dictionary<int, string>();
        while (true)
        {
            var run = new CopyRun(batch, refused, _options.FailedRowsMax);
            try
            {
                return await TryAsync(run, either.Token);
            }
            catch (PostgresException e) when (refused.Count < _options.RefusedRowsMax && RowOf(e) is { } row && run.OrdinalOf(row) is { } ordinal)
            {
                refused.Add(ordinal, $"{e.SqlState}: {e.MessageText}{(e.Detail is { } detail ? $" {detail}" : "")}");
            }
            catch (Exception e) when (ReasonOf(e, cancel) is { } reason)
            {
                _deliveries.Forget();
                return new CopyResult.RetryLater(reason);
            }
        }
    }

    private async Task<CopyResult> TryAsync(CopyRun run, CancellationToken cancel)
    {
        await using var connection = await _source.OpenConnectionAsync(cancel);
        await _deliveries.EnsureAsync(connection, cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await LockAsync(connection, transaction, cancel);
        if (await _deliveries.BeginAsync(connection, transaction, run.Batch, cancel) is { } before) return before;
        var columns = await CopyTable.ColumnsAsync(connection, transaction, _options, cancel);
        var names = string.Join(", ", columns.Select(c => CopyTable.Quote(c.Name)));
        var copy = await connection.BeginRawBinaryCopyAsync($"COPY {CopyTable.NameOf(_options)} ({names}) FROM STDIN (FORMAT BINARY)", cancel);
        try
        {
            await run.WriteAsync(copy, RowEncoder.Of(columns, _options), ChunkBytes, cancel);
        }
        catch
        {
            // Closed without its end it would be taken for a broken row.
            await TryCancelAsync(copy);
            await copy.DisposeAsync();
            throw;
        }
        // What the server refuses it says now.
        await copy.DisposeAsync();
        await _deliveries.FinishAsync(connection, transaction, run.Batch, run.Rows, run.Failed, cancel);
        await transaction.CommitAsync(cancel);
        return new CopyResult.Delivered(run.Rows, [.. run.Failed]);
    }

    private static async Task TryCancelAsync(NpgsqlRawCopyStream copy)
    {
        try
        {
            await copy.CancelAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone, and the transaction with it.
        }
    }

    /// <summary>
    /// The lock that a COPY takes anyway, before the catalogue is read: from then on nobody changes the types that rows are encoded for, of
    /// which some have the same width and would be taken for each other.
    /// </summary>
    private async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        var milliseconds = ((long)_options.LockTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand($"SET LOCAL lock_timeout = {milliseconds}"),
                new NpgsqlBatchCommand($"LOCK TABLE {CopyTable.NameOf(_options)} IN ROW EXCLUSIVE MODE"),
            },
        };
        await batch.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Which row of the COPY, from 1, the server found wrong; null when it is no row's fault.</summary>
    private static int? RowOf(PostgresException e)
    {
        // Data and integrity; the place stands in the context in the server's language: COPY badges, line 3, column at
        // 22P04 is a broken COPY, no row's fault.
        if (e.SqlState == PostgresErrorCodes.BadCopyFileFormat) return null;
        if (!e.SqlState.StartsWith("22", StringComparison.Ordinal) && !e.SqlState.StartsWith("23", StringComparison.Ordinal)) return null;
        return CopyContext().Match(e.Where ?? "") is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    private string? ReasonOf(Exception e, CancellationToken cancel) => e switch
    {
        PostgresException { SqlState: "42501" } p =>
            $"The database refused: {p.MessageText}. Rows need INSERT on {CopyTable.NameOf(_options)}, and INSERT, SELECT and UPDATE on its {DeliveriesTable.TableName}, which is created by: {_deliveries.CreateSql}",
        _ when cancel.IsCancellationRequested => null,
        PostgresException p => $"The database refused: {p.SqlState}: {p.MessageText}{(p.Detail is { } detail ? $" {detail}" : "")}",
        CopyTableException t => t.Message,
        NpgsqlException or SocketException or IOException or TimeoutException => $"The database could not be reached: {e.InnerException?.Message ?? e.Message}",
        OperationCanceledException => string.Create(CultureInfo.InvariantCulture, $"The database did not take the batch within {_options.Timeout.TotalSeconds:0.###} s."),
        _ => null,
    };

    [GeneratedRegex(@"^COPY [^\n]*?, \D*?(\d+)(?:,|$)", RegexOptions.Multiline)]
    private static partial Regex CopyContext();
}
