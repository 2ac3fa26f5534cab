using System.Buffers;
using System.IO.Pipelines;
using ActorStreams.Gateway.Hosting;

namespace ActorStreams.Gateway.Tests.Hosting;

/// <summary>Telling the protocols apart by the first bytes, however they come.</summary>
public sealed class ProtocolChoiceSpecs
{
    [Fact]
    public void A_part_of_the_preface_leaves_it_open_and_one_wrong_byte_decides()
    {
        var preface = Http2Preface.Bytes.ToArray();
        for (var length = 0; length < preface.Length; length++)
        {
            Assert.Null(Http2Preface.IsStartOf(new ReadOnlySequence<byte>(preface, 0, length)));
            byte[] wrong = [.. preface.AsSpan(0, length), (byte)(preface[length] ^ 1)];
            Assert.False(Http2Preface.IsStartOf(new ReadOnlySequence<byte>(wrong)));
        }
        Assert.True(Http2Preface.IsStartOf(new ReadOnlySequence<byte>(preface)));
        Assert.True(Http2Preface.IsStartOf(new ReadOnlySequence<byte>([.. preface, 0, 0, 0])));
        Assert.False(Http2Preface.IsStartOf(new ReadOnlySequence<byte>("POST / HTTP/1.1"u8.ToArray())));
    }

    [Fact]
    public async Task A_preface_in_single_bytes_is_waited_for_and_left_where_it_is()
    {
        var pipe = new Pipe();
        var peek = ProtocolChoice.PeekAsync(pipe.Reader, CancellationToken.None).AsTask();
        foreach (var value in Http2Preface.Bytes.ToArray())
        {
            Assert.False(peek.IsCompleted);
            await pipe.Writer.WriteAsync(new[] { value });
        }

        Assert.True(await peek.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(Http2Preface.Bytes.ToArray(), (await pipe.Reader.ReadAsync()).Buffer.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HT")]
    public async Task A_client_that_ends_before_the_preface_does_is_left_to_the_older_protocol(string sent)
    {
        var pipe = new Pipe();
        var peek = ProtocolChoice.PeekAsync(pipe.Reader, CancellationToken.None).AsTask();
        await pipe.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent));
        await pipe.Writer.CompleteAsync();

        Assert.False(await peek.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(sent.Length, (await pipe.Reader.ReadAsync()).Buffer.Length);
    }
}
