namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod.</summary>
public class RetentionSpecs : GatewaySpecs
{
    [Fact]
    public async Task It_goes_up_and_down_between_a_day_and_a_year()
    {
        await Gateway.StreamAsync();

        foreach (var (operation, hours) in ((string, int)[])
                 [("Increase", 24), ("Increase", 25), ("Increase", 8760), ("Decrease", 8760), ("Decrease", 25), ("Decrease", 24)])
        {
            var answer = await SetAsync(operation, hours);
            Assert.Equal((200, ""), (answer.Status, answer.Body));
            Assert.Equal(hours, (int)(await Gateway.SummaryAsync())["RetentionPeriodHours"]!);
        }
    }

    [Theory]
    [InlineData("Increase", 23, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.")]
    [InlineData("Decrease", -1, "Minimum allowed retention period is 24 hours. Requested retention period (-1 hours) is too short.")]
    [InlineData("Increase", 8761, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.")]
    [InlineData("Decrease", 8761, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.")]
    [InlineData("Increase", 47, "Requested retention period (47 hours) for stream s can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.")]
    [InlineData("Decrease", 49, "Requested retention period (49 hours) for stream s can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API.")]
    public async Task What_it_may_not_be_is_told(string operation, int hours, string message)
    {
        await Gateway.StreamAsync();
        (await SetAsync("Increase", 48)).AssertOk();

        (await SetAsync(operation, hours)).AssertError("InvalidArgumentException", message);
        Assert.Equal(48, (int)(await Gateway.SummaryAsync())["RetentionPeriodHours"]!);
    }

    [Theory]
    [InlineData("Increase")]
    [InlineData("Decrease")]
    public async Task Violations_are_listed(string operation)
    {
        AssertViolations(
            await Gateway.CallAsync($"{operation}StreamRetentionPeriod", new { StreamName = "a b" }),
            Null("retentionPeriodHours"), Fails("a b", "streamName", NamePattern));
        (await Gateway.CallAsync($"{operation}StreamRetentionPeriod", new { StreamName = "s", RetentionPeriodHours = "24" }))
            .AssertWrongType("class java.lang.String can not be converted to an Integer");
    }

    private Task<Answer> SetAsync(string operation, int hours) =>
        Gateway.CallAsync($"{operation}StreamRetentionPeriod", new { StreamName = "s", RetentionPeriodHours = hours });
}
