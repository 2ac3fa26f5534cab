using System.Numerics;
using ActorStreams.Shards.Log;
using ActorStreams.Shards.Streams;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Log;

[Properties(Arbitrary = [typeof(AnyNumber)])]
public class SequenceNumberSpecs
{
    private static readonly ShardKey s_shard = new("eu-central-1", new Incarnation(0x0199_8877_6655), 7);

    [Fact]
    public void The_number_of_the_format_document_is_written_as_it_says()
    {
        var number = new SequenceNumber(s_shard.Incarnation, 2, 7, 41, 3);

        Assert.Equal("02 019988776655 0000002 00000007 0000000000029 000003".Replace(" ", ""), Convert.ToHexStringLower(number.ToBytes()));
        Assert.Equal("49193081821018197612003454788925442499307560658752503811", number.ToString());
    }

    [Property]
    public void Text_and_bytes_give_the_number_back(SequenceNumber number)
    {
        var text = number.ToString();

        Assert.True(SequenceNumber.TryParse(text, out var parsed));
        Assert.True(SequenceNumber.TryRead(number.ToBytes(), out var read));
        Assert.Equal((number, number), (parsed, read));
        Assert.Matches("^[0-9]{56}$", text);
        Assert.Equal(new BigInteger(number.ToBytes(), isUnsigned: true, isBigEndian: true), BigInteger.Parse(text));
    }

    [Property]
    public void Numbers_texts_and_bytes_sort_alike(SequenceNumber a, SequenceNumber b)
    {
        var order = Math.Sign(a.CompareTo(b));

        Assert.Equal(order, Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString())));
        Assert.Equal(order, Math.Sign(a.ToBytes().AsSpan().SequenceCompareTo(b.ToBytes())));
        Assert.Equal(order == 0, a == b);
        Assert.Equal([order < 0, order <= 0, order > 0, order >= 0], (bool[])[a < b, a <= b, a > b, a >= b]);
    }

    [Property]
    public void Within_a_shard_numbers_rise_with_row_and_index(SequenceNumber a, SequenceNumber b)
    {
        var other = a with { Row = b.Row, Index = b.Index };

        Assert.Equal(Math.Sign((a.Row, a.Index).CompareTo((b.Row, b.Index))), Math.Sign(a.CompareTo(other)));
    }

    [Property]
    public void A_later_generation_lies_above_whatever_the_shard_row_and_index(SequenceNumber a, SequenceNumber b)
    {
        if (a.Generation == b.Generation) return;

        var other = b with { Incarnation = a.Incarnation };

        Assert.Equal(Math.Sign(a.Generation.CompareTo(b.Generation)), Math.Sign(a.CompareTo(other)));
    }

    [Property]
    public void A_shard_begins_below_its_records_and_ends_above_them_and_below_its_children(SequenceNumber number)
    {
        if (number.Row is 0 or SequenceNumber.RowMax || number.Generation == SequenceNumber.GenerationMax) return;
        var shard = new ShardKey("eu-central-1", number.Incarnation, number.Shard);
        var child = shard with { Shard = number.Shard == 0 ? 1 : 0 };

        var ending = SequenceNumber.Ending(shard, number.Generation, number.Row + 1);

        Assert.True(SequenceNumber.Starting(shard, number.Generation) < number);
        Assert.True(number < ending);
        Assert.True(ending < SequenceNumber.Starting(child, number.Generation + 1));
    }

    [Property]
    public void Positions_lie_at_and_after_the_record(SequenceNumber number)
    {
        Assert.Equal(new ShardPosition(number.Row, number.Index), ShardPosition.At(number));
        Assert.True(ShardPosition.After(number).CompareTo(ShardPosition.At(number)) > 0);
        Assert.True(ShardPosition.TrimHorizon.CompareTo(ShardPosition.At(number)) <= 0);
    }

    [Property]
    public void Arbitrary_text_is_refused(string? text) => Assert.False(SequenceNumber.TryParse(text, out _));

    [Property]
    public void Text_changed_in_a_place_is_refused_or_another_number(SequenceNumber number, int at, char character)
    {
        var text = number.ToString().ToCharArray();
        text[(int)((uint)at % (uint)text.Length)] = character;

        if (SequenceNumber.TryParse(text, out var parsed)) Assert.Equal(new string(text), parsed.ToString());
    }

    [Property]
    public void Bytes_changed_in_a_place_are_refused_or_another_number(SequenceNumber number, int at, byte value)
    {
        var bytes = number.ToBytes();
        bytes[(int)((uint)at % (uint)bytes.Length)] = value;

        if (SequenceNumber.TryRead(bytes, out var read)) Assert.Equal(bytes, read.ToBytes());
    }

    [Property]
    public void Arbitrary_bytes_are_refused_unless_they_are_24(byte[] bytes) =>
        Assert.Equal(bytes.Length == SequenceNumber.Bytes && SequenceNumber.TryRead(bytes, out _), SequenceNumber.TryRead(bytes, out _));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("99999999999999999999999999999999999999999999999999999999")]
    [InlineData("00000000000000000000000000000000000000000000000000000000")]
    [InlineData("+9671246667825345262352674231453453454345345345345345345")]
    [InlineData(" 9671246667825345262352674231453453454345345345345345345")]
    public void What_is_no_number_of_ours_is_refused(string text) => Assert.False(SequenceNumber.TryParse(text, out _));
}
