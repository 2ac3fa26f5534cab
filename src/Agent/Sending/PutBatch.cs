using System.Buffers;
using System.Buffers.Text;
using System.Text;
using ActorStreams.Agent.Configuration;

namespace ActorStreams.Agent.Sending;

/// <summary>A record of a batch: where its bytes stand in it, its key, and where it ends in its log.</summary>
internal readonly record struct PutEntry(int Start, int Length, string Key, long End);

/// <summary>Records for one request, of one log, in order. Its memory is used again for the next ones.</summary>
internal sealed class PutBatch
{
    private readonly ArrayBufferWriter<byte> _data = new(256 * 1024);
    private readonly ArrayBufferWriter<byte> _body = new(512 * 1024);
    private readonly List<PutEntry> _entries = [];

    public IReadOnlyList<PutEntry> Entries => _entries;

    /// <summary>Of data and keys, as the services count.</summary>
    public int Bytes { get; private set; }

    public void Clear()
    {
        _data.ResetWrittenCount();
        _entries.Clear();
        Bytes = 0;
    }

    public void Add(ReadOnlySpan<byte> data, string key, long end)
    {
        _entries.Add(new PutEntry(_data.WrittenCount, data.Length, key, end));
        _data.Write(data);
        Bytes += data.Length + key.Length;
    }

    public ReadOnlySpan<byte> DataOf(PutEntry entry) => _data.WrittenSpan.Slice(entry.Start, entry.Length);

    /// <summary>The JSON of PutRecords or PutRecordBatch with these entries; good until the next call. Names and keys hold nothing to be escaped.</summary>
    public ReadOnlyMemory<byte> Body(FlowSettings flow, IReadOnlyList<int> which)
    {
        var isStream = flow.Kind == DestinationKind.KinesisStream;
        _body.ResetWrittenCount();
        Write(isStream ? "{\"StreamName\":\"" : "{\"DeliveryStreamName\":\"");
        Write(flow.Destination);
        Write("\",\"Records\":[");
        for (var i = 0; i < which.Count; i++)
        {
            var entry = _entries[which[i]];
            Write(i == 0 ? "{\"Data\":\"" : ",{\"Data\":\"");
            Base64.EncodeToUtf8(DataOf(entry), _body.GetSpan(Base64.GetMaxEncodedToUtf8Length(entry.Length)), out _, out var written);
            _body.Advance(written);
            if (isStream)
            {
                Write("\",\"PartitionKey\":\"");
                Write(entry.Key);
            }
            Write("\"}");
        }
        Write("]}");
        return _body.WrittenMemory;
    }

    private void Write(string text) => _body.Advance(Encoding.ASCII.GetBytes(text, _body.GetSpan(text.Length)));
}
