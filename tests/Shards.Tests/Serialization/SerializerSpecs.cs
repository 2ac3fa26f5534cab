using System.Runtime.Serialization;
using System.Text;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Serialization;
using ActorStreams.Shards.Serialization.Proto;
using ActorStreams.Shards.Streams;
using Akka.Hosting;
using FsCheck.Xunit;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorStreams.Shards.Tests.Serialization;

public sealed class SerializerSpecs(SerializingSystem system) : IClassFixture<SerializingSystem>
{
    public static TheoryData<string> WireTypeNames => [.. WireTypes.All.Select(t => t.FullName!)];

    [Fact]
    public void Every_protocol_and_every_set_of_events_is_known()
    {
        Assert.Contains(typeof(ShardProtocol.IMessage), WireTypes.Markers);
        Assert.Contains(typeof(ShardEvents.IShardEvent), WireTypes.Markers);
        Assert.Contains(typeof(StreamProtocol.IMessage), WireTypes.Markers);
        Assert.Contains(typeof(CatalogueEvents.ICatalogueEvent), WireTypes.Markers);
    }

    [Theory]
    [MemberData(nameof(WireTypeNames))]
    public void Every_type_is_bound_to_our_serializer_and_has_a_manifest(string name)
    {
        var type = TypeOf(name);

        var serializer = Assert.IsType<TableSerializer>(system.SerializerOf(type), exactMatch: false);
        Assert.Contains(type, serializer.Table.Types);
    }

    [Fact]
    public void No_type_has_a_manifest_without_being_stored_or_sent() =>
        Assert.Equal(
            WireTypes.All.Select(t => t.FullName).Order(),
            system.Serializers.SelectMany(s => s.Table.Types).Select(t => t.FullName).Order());

    [Property(MaxTest = 60)]
    public void Every_type_comes_back_as_it_was(int seed)
    {
        var any = new AnyValue(seed);
        foreach (var type in WireTypes.All)
        {
            var value = any.Of(type);

            var back = system.RoundTrip(value);

            Assert.IsType(type, back);
            Assert.Equal(ValueText.Of(value), ValueText.Of(back));
        }
    }

    [Property(MaxTest = 60)]
    public void One_value_has_one_form(int seed)
    {
        foreach (var type in WireTypes.All)
        {
            var value = new AnyValue(seed).Of(type);

            Assert.Equal(system.Write(value), system.Write(system.RoundTrip(value)));
        }
    }

    [Property(MaxTest = 300)]
    public void Arbitrary_bytes_are_refused_in_words_or_read(byte[] bytes)
    {
        foreach (var serializer in system.Serializers)
        {
            foreach (var manifest in serializer.Table.Manifests) AssertReadsOrRefuses(serializer, bytes, manifest);
        }
    }

    [Property(MaxTest = 30)]
    public void Bytes_changed_on_the_way_are_refused_in_words_or_read(int seed)
    {
        var random = new Random(seed);
        foreach (var sample in Samples.All)
        {
            var bytes = system.Write(sample).ToArray();
            if (bytes.Length == 0) continue;
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];

            AssertReadsOrRefuses((TableSerializer)system.SerializerOf(sample.GetType()), bytes, system.ManifestOf(sample));
        }
    }

    [Fact]
    public void A_batch_is_stored_and_read_without_a_copy()
    {
        var batch = Samples.Batch;

        var written = system.Write(new ShardEvents.RecordsAppended(batch));
        var read = (ShardEvents.RecordsAppended)system.Read(written, ShardSerializer.Id, "RA1");

        Assert.True(batch.Encoded.Span.Overlaps(written, out var offset));
        Assert.Equal(0, offset);
        Assert.True(read.Batch.Encoded.Span.Overlaps(written));
    }

    [Fact]
    public void A_batch_that_is_part_of_a_larger_array_is_copied_out()
    {
        var encoded = Samples.Batch.Encoded;
        var larger = new byte[encoded.Length + 7];
        encoded.CopyTo(larger.AsMemory(3));

        var written = system.Write(new ShardEvents.RecordsAppended(RecordBatch.Decode(larger.AsMemory(3, encoded.Length))));

        Assert.Equal(encoded.ToArray(), written);
    }

    [Fact]
    public void A_damaged_batch_is_reported_as_such()
    {
        var bytes = Samples.Batch.Encoded.ToArray();
        bytes[^1] ^= 1;
        var reply = new ReadFromTailReply { Batches = { ByteString.CopyFrom(bytes) }, Bounds = new ShardBoundsReply() };

        Assert.Throws<DamagedBatchException>(() => system.Read(bytes, ShardSerializer.Id, "RA1"));
        Assert.Throws<DamagedBatchException>(() => system.Read(reply.ToByteArray(), ShardSerializer.Id, "RT1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(-1)]
    public void An_error_of_a_newer_version_is_refused_by_name(int error)
    {
        var reply = new AppendRefusedReply { Error = (AppendErrorValue)error };

        var refusal = Assert.Throws<SerializationException>(() => system.Read(reply.ToByteArray(), ShardSerializer.Id, "AX1"));

        Assert.Contains($"{error} is no AppendError known here", refusal.Message);
        Assert.Throws<SerializationException>(() => system.Write(new ShardProtocol.AppendReply.Refused((ShardProtocol.AppendError)error, "")));
    }

    [Fact]
    public void Enums_have_the_same_numbers_in_code_and_in_the_schema()
    {
        AssertSame<ShardProtocol.AppendError, AppendErrorValue>("AppendErrorUnspecified");
        AssertSame<ShardLifecycle, ShardLifecycleValue>();
        AssertSame<StreamLifecycle, StreamLifecycleValue>();
        AssertSame<StreamStatus, StreamStatusValue>("StreamStatusUnspecified");
        AssertSame<StreamMode, StreamModeValue>("StreamModeUnspecified");
    }

    [Fact]
    public void An_unknown_manifest_is_refused_by_name()
    {
        var refusal = Assert.Throws<SerializationException>(() => system.Read([], ShardSerializer.Id, "ZZ9"));

        Assert.Contains("'ZZ9'", refusal.Message);
        Assert.Contains("RA1", refusal.Message);
    }

    [Fact]
    public void A_message_without_its_shard_is_refused() =>
        Assert.Contains("lacks its shard", Assert.Throws<SerializationException>(() => system.Read([], ShardSerializer.Id, "QT1")).Message);

    [Fact]
    public void A_block_without_records_is_refused()
    {
        var request = new AppendRequest { Shard = new ShardKeyValue(), Block = ByteString.CopyFrom(Encoding.ASCII.GetBytes("xyz")) };

        Assert.Throws<SerializationException>(() => system.Read(request.ToByteArray(), ShardSerializer.Id, "QA1"));
    }

    [Fact]
    public void No_generated_type_is_public() =>
        Assert.DoesNotContain(typeof(ShardSerializer).Assembly.GetExportedTypes(), type => typeof(Google.Protobuf.IMessage).IsAssignableFrom(type));

    [Fact]
    public async Task A_hosted_system_uses_our_serializers()
    {
        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddAkka("hosted", builder => builder.WithShardSerialization()))
            .Build();
        await host.StartAsync();
        var hosted = host.Services.GetRequiredService<Akka.Actor.ActorSystem>();

        Assert.IsType<ShardSerializer>(hosted.Serialization.FindSerializerFor(Samples.All[0]));
        Assert.IsType<StreamSerializer>(hosted.Serialization.FindSerializerForType(typeof(CatalogueProtocol.Wake)));
        await host.StopAsync();
    }

    private static Type TypeOf(string name) => WireTypes.All.Single(t => t.FullName == name);

    private static void AssertReadsOrRefuses(TableSerializer serializer, byte[] bytes, string manifest)
    {
        var refusal = Record.Exception(() => serializer.FromBinary(bytes, manifest));

        Assert.True(
            refusal is null or SerializationException or DamagedBatchException,
            $"{Convert.ToHexString(bytes)} as {manifest}: {refusal}");
    }

    private static void AssertSame<T, TValue>(params string[] unspecified)
        where T : struct, Enum
        where TValue : struct, Enum =>
        Assert.Equal(
            Enum.GetValues<T>().Select(v => (v.ToString(), Convert.ToInt32(v))),
            Enum.GetValues<TValue>().Where(v => !unspecified.Contains(v.ToString()))
                .Select(v => (v.ToString()[(typeof(TValue).Name.Length - "Value".Length)..], Convert.ToInt32(v))).OrderBy(v => v.Item2));
}
