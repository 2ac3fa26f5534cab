using System.Text;
using ActorStreams.Pipelines.Decoding;
using ActorStreams.Pipelines.Definitions;
using ActorStreams.Pipelines.Tests.Fakes;
using ActorStreams.Shards.Keys;
using ActorStreams.Shards.Log;
using FsCheck.Xunit;

namespace ActorStreams.Pipelines.Tests.Decoding;

public sealed class SampleDecoderSpecs
{
    [Theory]
    [InlineData("""{"value":1.5}""", "value", 1.5)]
    [InlineData("""{"a":{"value":9},"value":-2e3,"b":[{"value":7}]}""", "value", -2000d)]
    [InlineData("""{"b":1,"a":{"x":{"b":2},"b":3}}""", "a.b", 3d)]
    [InlineData("""{"c":{"b":1},"a":{"x":0},"d":{"b":2},"a":{"b":4}}""", "a.b", 4d)]
    [InlineData("""{"a":1,"a":2}""", "a", 1d)]
    [InlineData("""{"a":{}}""", "a.b", null)]
    [InlineData("""{"a":{"c":1},"d":{"b":2}}""", "a.b", null)]
    [InlineData("""{"a":[{"b":2}]}""", "a.b", null)]
    public void A_value_is_found_by_its_dotted_path(string json, string path, double? expected)
    {
        var error = Decode(json, out var sample, d => d with { ValuePath = path });

        if (expected is null) Assert.Equal($"The field {path} is missing.", error);
        else Assert.Equal((null, expected.Value), (error, sample.Value));
    }

    [Theory]
    [InlineData("", "The data is not JSON")]
    [InlineData("nonsense", "The data is not JSON")]
    [InlineData("""{"value":1""", "The data is not JSON")]
    [InlineData("""{"value":1} x""", "The data is not JSON")]
    [InlineData("""{"value":NaN}""", "The data is not JSON")]
    [InlineData("[1]", "not a JSON object but an array")]
    [InlineData("3", "not a JSON object but a number")]
    [InlineData("{}", "The field value is missing.")]
    [InlineData("""{"value":"1"}""", "not a number but text")]
    [InlineData("""{"value":null}""", "not a number but null")]
    [InlineData("""{"value":true}""", "not a number but a truth value")]
    [InlineData("""{"value":{}}""", "not a number but an object")]
    [InlineData("""{"value":1e151}""", "out of range")]
    [InlineData("""{"value":1e999}""", "out of range")]
    public void What_is_wrong_is_said(string json, string expected) => Assert.Contains(expected, Decode(json, out _));

    [Theory]
    [InlineData("""{"value":1,"id":"pump"}""", "pump", null)]
    [InlineData("""{"value":1,"id":17}""", "17", null)]
    [InlineData("""{"value":1,"id":""}""", null, "The key has 0 characters; 1 to 256 are allowed.")]
    [InlineData("""{"value":1,"id":[]}""", null, "neither text nor number but an array")]
    [InlineData("""{"value":1,"id":"\ud800"}""", null, "not valid Unicode")]
    [InlineData("""{"value":1}""", null, "The field id is missing.")]
    public void A_key_may_come_from_the_record(string json, string? key, string? expected)
    {
        var error = Decode(json, out var sample, d => d with { KeyPath = "id" });

        if (expected is null) Assert.Equal((null, key), (error, sample.Key));
        else Assert.Contains(expected, error);
    }

    [Theory]
    [InlineData("""{"value":1,"at":"2024-05-06T07:08:09.010Z"}""", true)]
    [InlineData("""{"value":1,"at":"2024-05-06T09:08:09.010+02:00"}""", true)]
    [InlineData("""{"value":1,"at":1714979289010}""", true)]
    [InlineData("""{"value":1,"at":"yesterday"}""", false)]
    [InlineData("""{"value":1,"at":1e300}""", false)]
    [InlineData("""{"value":1,"at":9223372036854775807}""", false)]
    public void A_time_may_come_from_the_record(string json, bool isGood)
    {
        var error = Decode(json, out var sample, d => d with { TimePath = "at" });

        if (isGood) Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, 10, TimeSpan.Zero), sample.Time);
        else Assert.Contains("The field at is not a time", error);
    }

    [Fact]
    public void Without_paths_key_and_time_are_the_records_own()
    {
        Decode("""{"value":1}""", out var sample);

        Assert.Equal("k", sample.Key);
        Assert.Equal(HashKeys.Of("k"u8), sample.HashKey);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_000), sample.Time);
    }

    [Property(MaxTest = 1_000)]
    public void No_bytes_throw(byte[] bytes)
    {
        var decoder = new SampleDecoder(A.Definition() with { ValuePath = "a.b", KeyPath = "id", TimePath = "at" });

        decoder.TryDecode(new RecordView { PartitionKey = "k"u8, Data = bytes }, default, 0, out _);
    }

    [Property(MaxTest = 2_000)]
    public void No_mutilated_JSON_throws(int at, byte replacement, int length)
    {
        var json = """{"id":"\ud83d\ude00x","a":{"b":1.5e3,"\u0061":[1,{"c":null}]},"at":"2024-05-06T07:08:09Z"}"""u8.ToArray();
        json[(int)((uint)at % json.Length)] = replacement;
        var decoder = new SampleDecoder(A.Definition() with { ValuePath = "a.b", KeyPath = "id", TimePath = "at" });

        decoder.TryDecode(
            new RecordView { PartitionKey = "k"u8, Data = json.AsSpan(0, json.Length - (int)((uint)length % 20)) }, default, 0, out _);
    }

    private static string? Decode(string json, out Sample sample, Func<PipelineDefinition, PipelineDefinition>? change = null)
    {
        var decoder = new SampleDecoder((change ?? (d => d))(A.Definition()));
        return decoder.TryDecode(
            new RecordView { PartitionKey = "k"u8, Data = Encoding.UTF8.GetBytes(json) }, default, 1_000, out sample);
    }
}
