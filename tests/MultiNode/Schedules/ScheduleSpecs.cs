namespace ActorStreams.MultiNode.Tests.Schedules;

public sealed class ScheduleSpecs
{
    [Fact]
    public void The_same_seed_gives_the_same_schedule()
    {
        var first = Enumerable.Range(0, 200).Select(seed => ScheduleGenerator.Draw(seed, ScheduleScale.InProcess).ToString());
        var second = Enumerable.Range(0, 200).Select(seed => ScheduleGenerator.Draw(seed, ScheduleScale.InProcess).ToString());

        Assert.Equal(first, second);
    }

    [Fact]
    public void All_faults_of_a_schedule_end_within_its_load_and_each_kind_comes()
    {
        var schedules = Enumerable.Range(0, 200).Select(seed => ScheduleGenerator.Draw(seed, ScheduleScale.InProcess)).ToArray();

        Assert.All(schedules, s => Assert.All(s.Faults, f => Assert.InRange(f.Until, TimeSpan.Zero, s.Load)));
        Assert.Equal(10, schedules.SelectMany(s => s.Faults).Select(f => f.GetType()).Distinct().Count());
    }
}
