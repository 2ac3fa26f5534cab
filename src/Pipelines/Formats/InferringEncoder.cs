using System.Text.Json;
using ActorStreams.Pipelines.Formats.Columns;

namespace ActorStreams.Pipelines.Formats;

/// <summary>Holds the first records until there are enough to infer columns from, then encodes them and all that follow.</summary>
internal sealed class InferringEncoder(int recordsMax, ColumnInference inference, Func<IReadOnlyList<Column>, IObjectEncoder> open) : IObjectEncoder
{
    private const int HeldBytesMax = 8 * 1024 * 1024;

    private List<byte[]>? _held = [];
    private long _heldBytes;
    private IObjectEncoder? _encoder;

    public string? Add(ReadOnlySpan<byte> record)
    {
        if (_encoder is not null) return _encoder.Add(record);
        try
        {
            if (inference.Look(record) is { } problem) return problem;
        }
        catch (JsonException e)
        {
            return $"The data is not JSON: wrong at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}.";
        }
        _held!.Add(record.ToArray());
        _heldBytes += record.Length;
        if (_held.Count >= recordsMax || _heldBytes >= HeldBytesMax) Begin();
        return null;
    }

    /// <summary>Without a single good record there are no columns, and the object is empty.</summary>
    public void Finish()
    {
        if (_encoder is null && _held is { Count: > 0 }) Begin();
        _encoder?.Finish();
    }

    public void Dispose() => _encoder?.Dispose();

    private void Begin()
    {
        _encoder = open(inference.Columns());
        foreach (var record in _held!)
        {
            if (_encoder.Add(record) is { } problem) throw new InvalidOperationException($"A record does not fit the columns that were inferred from it: {problem}");
        }
        _held = null;
    }
}
