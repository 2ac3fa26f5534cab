using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ActorStreams.Gateway.EventStream;
using FsCheck.Xunit;

namespace ActorStreams.Gateway.Tests.EventStream;

/// <summary>The bytes of messages, against ones that botocore's decoder took and against a reader of their own.</summary>
public sealed class EventStreamSpecs
{
    private const string Json = "application/x-amz-json-1.1";

    [Fact]
    public async Task The_first_message_is_as_clients_read_it() => Assert.Equal(
        "0000007200000060ab820d9e0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070010696e697469616c2d726573"
        + "706f6e73650d3a636f6e74656e742d7479706507001a6170706c69636174696f6e2f782d616d7a2d6a736f6e2d312e317b7de16e66e4",
        Convert.ToHexStringLower((await WrittenAsync(w => w.Write(EventHeaders.Event("initial-response", Json), "{}"u8)))));

    [Fact]
    public async Task An_exception_names_its_type_in_the_headers()
    {
        var bytes = await WrittenAsync(w => w.Write(EventHeaders.Exception("ResourceInUseException", Json), """{"message":"x"}"""u8));

        var message = Assert.Single(EventStreamReader.All(bytes));

        Assert.Equal(
            [new(":message-type", "exception"), new(":exception-type", "ResourceInUseException"), new(":content-type", Json)], message.Headers);
        Assert.Equal("""{"message":"x"}""", Encoding.UTF8.GetString(message.Payload));
    }

    [Property(MaxTest = 100)]
    public void Whatever_is_written_in_whatever_pieces_comes_back(byte[][] payloads, ushort piece)
    {
        var bytes = WrittenAsync(writer =>
        {
            foreach (var payload in payloads)
            {
                var pipe = writer.Begin(EventHeaders.Event("SubscribeToShardEvent", Json), payload.Length);
                for (var i = 0; i < payload.Length; i += Math.Min(1 + piece, payload.Length)) pipe.Write(payload.AsSpan(i, Math.Min(1 + piece, payload.Length - i)));
                writer.End();
            }
        }).GetAwaiter().GetResult();

        Assert.Equal(payloads, EventStreamReader.All(bytes).Select(m => m.Payload));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_length_than_the_announced_one_is_noticed(int announced) => Assert.Throws<InvalidOperationException>(() =>
    {
        var writer = new EventStreamWriter(new Pipe().Writer);
        writer.Begin(EventHeaders.Event("e", Json), announced).Write("{}"u8);
        writer.End();
    });

    private static async Task<byte[]> WrittenAsync(Action<EventStreamWriter> write)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        write(new EventStreamWriter(pipe.Writer));
        await pipe.Writer.CompleteAsync();
        return (await pipe.Reader.ReadAtLeastAsync(int.MaxValue)).Buffer.ToArray();
    }
}
