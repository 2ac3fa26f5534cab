using System.Formats.Cbor;
using System.Text;
using System.Text.Json;
using ActorStreams.Gateway.Kinesis;
using ActorStreams.Gateway.Wire;
using FsCheck.Xunit;

namespace ActorStreams.Gateway.Tests.Wire;

/// <summary>The reader and the writer of CBOR beside those of .NET.</summary>
public sealed class CborScannerSpecs
{
    [Property(MaxTest = 300)]
    public void What_the_encoder_of_dotnet_writes_is_read_back(int seed)
    {
        var random = new Random(seed);
        var writer = new CborWriter(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: random.Next(2) == 0);
        var expected = new List<string>();
        WriteValue(writer, random, depth: 0, expected);
        var scanner = new CborScanner(writer.Encode());
        var actual = new List<string>();

        ReadValue(ref scanner, actual);
        scanner.End();

        Assert.Equal(expected, actual);
    }

    [Property(MaxTest = 2_000)]
    public void What_dotnet_calls_no_cbor_is_none(int seed)
    {
        var random = new Random(seed);
        var writer = new CborWriter(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: random.Next(2) == 0);
        WriteValue(writer, random, depth: 0, []);
        var bytes = writer.Encode();
        for (var i = random.Next(1, 4); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

        // Of texts it is only said here whether they are UTF-8.
        if (!IsOne(bytes, CborConformanceMode.Lax)) Assert.False(IsOne(bytes));
        if (IsOne(bytes, CborConformanceMode.Strict)) Assert.True(IsOne(bytes), Convert.ToHexString(bytes));
    }

    [Property(MaxTest = 500)]
    public void Answers_are_read_back_by_the_decoder_of_dotnet(string? text, long number, bool flag, byte[] blob)
    {
        var time = DateTimeOffset.UnixEpoch.AddMilliseconds(number % 1_000_000_000_000);
        var valid = new string([.. (text ?? "").Where(c => !char.IsSurrogate(c))]);

        var answer = AnswerWriter.Encode(WireEncoding.Cbor, writer =>
        {
            writer.String("text", valid);
            writer.String("absent", null);
            writer.Number("number", number);
            writer.Number("absent", null);
            writer.Bool("flag", flag);
            writer.Blob("blob", blob);
            writer.Timestamp("time", time);
            writer.Timestamp("absent", null);
            writer.List("list", [1, 2], (w, i) => w.Number("i", i));
            writer.Object("object", w => w.Strings("strings", [valid, ""]));
        });

        var reader = new CborReader(answer, CborConformanceMode.Strict);
        Assert.Null(reader.ReadStartMap());
        Assert.Equal(("text", valid), (reader.ReadTextString(), reader.ReadTextString()));
        Assert.Equal(("number", number), (reader.ReadTextString(), reader.ReadInt64()));
        Assert.Equal(("flag", flag), (reader.ReadTextString(), reader.ReadBoolean()));
        Assert.Equal("blob", reader.ReadTextString());
        Assert.Equal(blob, reader.ReadByteString());
        Assert.Equal(("time", CborTag.UnixTimeSeconds), (reader.ReadTextString(), reader.ReadTag()));
        Assert.Equal(time.ToUnixTimeMilliseconds(), reader.ReadInt64());
        Assert.Equal(
            JsonSerializer.Serialize(new { list = (object[])[new { i = 1 }, new { i = 2 }], @object = new { strings = (string[])[valid, ""] } }, CborJson.Relaxed),
            CborJson.ToJson([Cbor.MapStart, .. answer.Span[^reader.BytesRemaining..]]));
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(23, "17")]
    [InlineData(24, "1818")]
    [InlineData(255, "18FF")]
    [InlineData(256, "190100")]
    [InlineData(65_536, "1A00010000")]
    [InlineData(4_294_967_296, "1B0000000100000000")]
    public void Numbers_take_the_fewest_bytes(ulong value, string expected)
    {
        var bytes = new byte[Cbor.HeadBytesMax];

        var written = Cbor.WriteHead(bytes, Cbor.Unsigned, value);

        Assert.Equal(Cbor.HeadLengthOf(value), written);
        Assert.Equal(expected, Convert.ToHexString(bytes, 0, written));
    }

    private static bool IsOne(byte[] bytes)
    {
        var scanner = new CborScanner((byte[])bytes.Clone());
        try
        {
            scanner.Read();
            scanner.Skip();
            scanner.End();
            return true;
        }
        catch (ApiException)
        {
            return false;
        }
    }

    private static bool IsOne(byte[] bytes, CborConformanceMode mode)
    {
        var reader = new CborReader(bytes, mode);
        try
        {
            reader.SkipValue();
            return reader.BytesRemaining == 0;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void WriteValue(CborWriter writer, Random random, int depth, List<string> expected)
    {
        if (random.Next(6) == 0) writer.WriteTag((CborTag)random.Next(100_000));
        switch (random.Next(depth < 5 ? 9 : 7))
        {
            case 0:
                var number = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
                writer.WriteInt64(number);
                expected.Add($"{number}");
                break;
            case 1:
                var text = new string('é', random.Next(40));
                Chunked(
                    writer,
                    random,
                    Encoding.UTF8.GetBytes(text),
                    unit: 2,
                    writer.WriteStartIndefiniteLengthTextString,
                    chunk => writer.WriteTextString(Encoding.UTF8.GetString(chunk)),
                    writer.WriteEndIndefiniteLengthTextString);
                expected.Add(text);
                break;
            case 2:
                var bytes = new byte[random.Next(300)];
                random.NextBytes(bytes);
                Chunked(
                    writer,
                    random,
                    bytes,
                    unit: 1,
                    writer.WriteStartIndefiniteLengthByteString,
                    chunk => writer.WriteByteString(chunk),
                    writer.WriteEndIndefiniteLengthByteString);
                expected.Add(Convert.ToHexString(bytes));
                break;
            case 3:
                writer.WriteBoolean(depth % 2 == 0);
                expected.Add($"{depth % 2 == 0}");
                break;
            case 4:
                writer.WriteSimpleValue(random.Next(2) == 0 ? CborSimpleValue.Null : CborSimpleValue.Undefined);
                expected.Add("null");
                break;
            case 5:
                var real = random.NextDouble();
                writer.WriteDouble(real);
                expected.Add($"{real:R}");
                break;
            case 6:
                writer.WriteHalf((Half)0.5);
                expected.Add($"{0.5:R}");
                break;
            case 7:
                var items = random.Next(4);
                writer.WriteStartArray(random.Next(2) == 0 ? items : null);
                expected.Add("[");
                for (var i = 0; i < items; i++) WriteValue(writer, random, depth + 1, expected);
                expected.Add("]");
                writer.WriteEndArray();
                break;
            default:
                var members = random.Next(4);
                writer.WriteStartMap(random.Next(2) == 0 ? members : null);
                expected.Add("{");
                for (var i = 0; i < 2 * members; i++) WriteValue(writer, random, depth + 1, expected);
                expected.Add("}");
                writer.WriteEndMap();
                break;
        }
    }

    private static void Chunked(CborWriter writer, Random random, byte[] bytes, int unit, Action start, Action<byte[]> write, Action end)
    {
        // Its conversion of chunked texts counts characters instead of bytes.
        if (writer.ConvertIndefiniteLengthEncodings || random.Next(2) == 0)
        {
            write(bytes);
            return;
        }
        start();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(0, 30) * unit, bytes.Length - at);
            write(bytes[at..(at + length)]);
            at += length;
        }
        end();
    }

    private static void ReadValue(ref CborScanner scanner, List<string> values)
    {
        scanner.Read();
        if (scanner.Kind is ValueKind.List or ValueKind.Map)
        {
            var isMap = scanner.Kind == ValueKind.Map;
            values.Add(isMap ? "{" : "[");
            var left = scanner.Enter();
            while (scanner.Next(ref left))
            {
                ReadValue(ref scanner, values);
                if (isMap) ReadValue(ref scanner, values);
            }
            values.Add(isMap ? "}" : "]");
            return;
        }
        values.Add(scanner.Kind switch
        {
            ValueKind.Integer => $"{scanner.Integer}",
            ValueKind.Real => $"{scanner.Real:R}",
            ValueKind.Text => scanner.Text(),
            ValueKind.Bytes => Convert.ToHexString(scanner.Content),
            ValueKind.Bool => $"{scanner.Bool}",
            ValueKind.Null => "null",
            _ => "?",
        });
    }
}
