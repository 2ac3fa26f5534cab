using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using ActorStreams.Shards.Encryption;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;

namespace ActorStreams.Shards.Tests.Serialization;

/// <summary>Makes a value of any wire type by its constructor, edges often; one seed always gives the same value.</summary>
public sealed class AnyValue(int seed)
{
    private static readonly string[] s_texts = ["", "a", "eu-central-1", "Größe", "数据流", "\0", "with \"quotes\"\n", new string('x', 300)];
    private static readonly NullabilityInfoContext s_nullability = new();
    private readonly Random _random = new(seed);

    public object Of(Type type)
    {
        if (Leaf(type) is { } leaf) return leaf;
        if (type == typeof(ShardLevelMetrics)) return (ShardLevelMetrics)_random.Next((int)ShardLevelMetrics.All + 1);
        if (type.IsAbstract && type.GetNestedTypes().Where(t => t.IsSubclassOf(type)).ToArray() is { Length: > 0 } cases)
            return Of(cases[_random.Next(cases.Length)]);
        if (type.IsEnum) return Enum.GetValues(type).Cast<object>().ElementAt(_random.Next(Enum.GetValues(type).Length));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)) return Array(type.GenericTypeArguments[0]);
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no public constructor; teach {nameof(AnyValue)} how to make one.");
        var value = constructor.Invoke([.. constructor.GetParameters().Select(Parameter)]);
        if (constructor.GetParameters().Length > 0) return value;
        foreach (var property in type.GetProperties().Where(p => p.CanWrite)) property.SetValue(value, Of(property.PropertyType));
        return value;
    }

    private object? Leaf(Type type) => type switch
    {
        _ when type == typeof(int) => Int(),
        _ when type == typeof(long) => Long(),
        _ when type == typeof(double) => _random.NextDouble(),
        _ when type == typeof(bool) => _random.Next(2) == 0,
        _ when type == typeof(string) => Text(),
        _ when type == typeof(ulong) => (ulong)Long(),
        _ when type == typeof(UInt128) => Key(),
        _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(Long()),
        _ when type == typeof(DateTimeOffset) => DateTimeOffset.FromUnixTimeMilliseconds(_random.NextInt64(-62135596800000, 253402300799999)),
        _ when type == typeof(ProducerPosition) => Position(),
        _ when type == typeof(CallEntries) => Entries(),
        _ when type == typeof(HashKeyRange) => Range(),
        _ when type == typeof(SequenceNumber) => Number(),
        _ when type == typeof(RecordBlock) => Block(),
        _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(Bytes(_random.Next(40))),
        _ when type == typeof(RecordBatch) => Batch(),
        _ when type == typeof(ImmutableDictionary<string, ProducerEntry>) => Producers(),
        _ when type == typeof(ImmutableSortedDictionary<string, CatalogueProtocol.Entry>) => CatalogueEntries(),
        _ when type == typeof(ImmutableSortedDictionary<string, string>) => Tags(),
        _ => null,
    };

    public RecordBatch SealedBatch(ShardCipher cipher) => Batch().Seal(cipher, Bytes(ShardCipher.NonceBytes));

    public RecordBatch Batch()
    {
        var row = _random.NextInt64(1, SequenceNumber.RowMax);
        var blocks = Blocks();
        return RecordBatch.Encode(
            row, blocks, [.. Enumerable.Range(0, _random.Next(3)).Select(_ => (ProducerAdvance)Of(typeof(ProducerAdvance)))],
            _random.Next(2) == 0 ? null : Calls(row, blocks));
    }

    private List<CallBlock> Calls(long row, List<RecordBatch.TimedBlock> blocks)
    {
        var calls = new List<CallBlock>();
        var index = 0;
        foreach (var (block, arrivalMs) in blocks)
        {
            if (_random.Next(3) > 0)
                calls.Add(new CallBlock(Key(), Entries(), _random.Next(2) == 0 ? 0 : (ulong)Long(), row, index, block.Count, arrivalMs));
            index += block.Count;
        }
        return calls;
    }

    private object? Parameter(ParameterInfo parameter)
    {
        if (Nullable.GetUnderlyingType(parameter.ParameterType) is { } underlying) return _random.Next(2) == 0 ? null : Of(underlying);
        var mayBeNull = !parameter.ParameterType.IsValueType && s_nullability.Create(parameter).ReadState == NullabilityState.Nullable;
        return mayBeNull && _random.Next(2) == 0 ? null : Of(parameter.ParameterType);
    }

    private object Array(Type element)
    {
        var items = System.Array.CreateInstance(element, _random.Next(4));
        for (var i = 0; i < items.Length; i++) items.SetValue(Of(element), i);
        return typeof(ImmutableArray).GetMethods()
            .Single(m => m.Name == "Create" && m.GetParameters() is [{ ParameterType.IsArray: true }] && m.GetGenericArguments().Length == 1)
            .MakeGenericMethod(element).Invoke(null, [items])!;
    }

    private int Int() => _random.Next(6) switch { 0 => 0, 1 => int.MinValue, 2 => int.MaxValue, 3 => -1, _ => _random.Next() };

    private long Long() => _random.Next(6) switch { 0 => 0, 1 => long.MinValue, 2 => long.MaxValue, 3 => -1, _ => _random.NextInt64() };

    private string Text() => s_texts[_random.Next(s_texts.Length)];

    private UInt128 Key() => _random.Next(5) switch
    {
        0 => UInt128.MinValue,
        1 => UInt128.MaxValue,
        _ => new UInt128((ulong)Long(), (ulong)Long()),
    };

    private HashKeyRange Range() => Key() is var a && Key() is var b ? new HashKeyRange(UInt128.Min(a, b), UInt128.Max(a, b)) : default;

    private CallEntries Entries() => new(Bytes(_random.Next(3) == 0 ? _random.Next(CallEntries.BytesMax + 1) : 0));

    private ProducerPosition Position() => new(Bytes(_random.Next(ProducerPosition.BytesMax + 1)));

    private SequenceNumber Number() => new(
        new Incarnation(_random.NextInt64(1, Incarnation.ValueMax + 1)), _random.Next(SequenceNumber.GenerationMax + 1), Math.Abs(Int() | 1),
        _random.NextInt64(SequenceNumber.RowMax + 1), _random.Next(SequenceNumber.IndexMax + 1));

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private RecordBlock Block()
    {
        var builder = new RecordBlockBuilder();
        for (var i = _random.Next(1, 6); i > 0; i--)
            builder.Add(Encoding.UTF8.GetBytes(Text()), _random.Next(3) == 0 ? Key() : null, Bytes(_random.Next(300)));
        return builder.Build();
    }

    private List<RecordBatch.TimedBlock> Blocks()
    {
        var arrivalMs = _random.NextInt64(0, 1L << 45);
        var blocks = new List<RecordBatch.TimedBlock>();
        for (var i = _random.Next(1, 4); i > 0; i--) blocks.Add(new RecordBatch.TimedBlock(Block(), arrivalMs += _random.Next(3)));
        return blocks;
    }

    private ImmutableDictionary<string, ProducerEntry> Producers() =>
        ((ImmutableArray<ProducerEntry>)Array(typeof(ProducerEntry))).DistinctBy(p => p.Producer).ToImmutableDictionary(p => p.Producer);

    private ImmutableSortedDictionary<string, string> Tags() =>
        StreamConfiguration.NoTags.SetItems(Enumerable.Range(0, _random.Next(4)).Select(_ => KeyValuePair.Create(Text(), Text())));

    private ImmutableSortedDictionary<string, CatalogueProtocol.Entry> CatalogueEntries() =>
        ((ImmutableArray<CatalogueProtocol.Entry>)Array(typeof(CatalogueProtocol.Entry)))
            .DistinctBy(e => e.Name).ToImmutableSortedDictionary(e => e.Name, e => e, StringComparer.Ordinal);
}
