using ActorStreams.Pipelines.Firehose;

namespace ActorStreams.Pipelines.Tests.Firehose;

public sealed class RecordSetSpecs
{
    [Fact]
    public void What_was_added_is_read_whatever_it_was()
    {
        foreach (var seed in Enumerable.Range(1, 50))
        {
            var random = new Random(seed);
            var places = Enumerable.Range(0, 3_000).Where(_ => random.Next(10) < seed % 11).ToList();
            var set = new RecordSet();
            // Slice after slice, and in each one what failed in a first step before what failed in a second one.
            foreach (var slice in places.SelectMany(p => Enumerable.Repeat(p, 1 + random.Next(3))).Chunk(100))
            {
                foreach (var place in slice.Where((_, i) => i % 3 == 0).Concat(slice.Where((_, i) => i % 3 != 0))) set.Add(place);
            }

            Assert.Equal(places, RecordSet.Read(set.Complete()));
        }
    }

    [Fact]
    public void Bytes_that_are_no_runs_are_refused() => Assert.Throws<InvalidDataException>(() => RecordSet.Read(new byte[] { 7, 0xfb }).Count());

    [Fact]
    public void All_records_of_a_large_batch_take_a_few_bytes()
    {
        var set = new RecordSet();
        for (var place = 0; place < 1_000_000; place++) set.Add(place);

        Assert.InRange(set.Complete().Length, 2, 5);
    }

    [Fact]
    public void Partitions_that_take_turns_take_two_bytes_a_record()
    {
        var set = new RecordSet();
        for (var place = 0; place < 100_000; place += 4) set.Add(place);

        Assert.Equal(50_000, set.Complete().Length);
    }
}
