using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ActorStreams.Shards.Log;

namespace ActorStreams.Simulation.Tests.World;

/// <summary>What a record of the simulation says of itself: who sent it, the how-manieth it is, and in which send it went.</summary>
/// <param name="Send">0 for idempotent producers, whose repeats must be the same bytes.</param>
internal readonly record struct Tag(int Producer, int Ordinal, int Send)
{
    public const int Bytes = 12;

    public void Write(Span<byte> data)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data, Producer);
        BinaryPrimitives.WriteInt32LittleEndian(data[4..], Ordinal);
        BinaryPrimitives.WriteInt32LittleEndian(data[8..], Send);
    }

    public static Tag Read(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadInt32LittleEndian(data),
        BinaryPrimitives.ReadInt32LittleEndian(data[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(data[8..]));

    public override string ToString() => Send == 0 ? $"{Producer}:{Ordinal}" : $"{Producer}:{Ordinal}#{Send}";
}

/// <summary>Keys and records of the simulation.</summary>
internal static class Records
{
    public const int Keys = 12;

    /// <summary>Keys lie evenly over the whole space, both ends included.</summary>
    public static UInt128 HashOf(int key) => key == Keys - 1 ? UInt128.MaxValue : UInt128.MaxValue / (Keys - 1) * (UInt128)key;

    public static int KeyOf(ReadOnlySpan<byte> partitionKey) => int.Parse(partitionKey["key-".Length..], CultureInfo.InvariantCulture);

    public static int ProducerNumber(string name) => int.Parse(name.AsSpan("producer-".Length), CultureInfo.InvariantCulture);

    public static RecordBlock Block(IEnumerable<(Tag Tag, int Key)> records)
    {
        var builder = new RecordBlockBuilder();
        Span<byte> name = stackalloc byte[16];
        foreach (var (tag, key) in records)
        {
            var written = Encoding.ASCII.GetBytes($"key-{key}", name);
            tag.Write(builder.Begin(name[..written], HashOf(key), Tag.Bytes));
        }
        return builder.Build();
    }

    public static IReadOnlyList<Tag> TagsOf(RecordBatch batch)
    {
        var tags = new List<Tag>(batch.Count);
        var records = batch.RecordsFrom(0);
        while (records.MoveNext()) tags.Add(Tag.Read(records.Current.Data));
        return tags;
    }
}
