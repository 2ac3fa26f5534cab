from conformance import *


def decrease(created, hours):
    kinesis.decrease_stream_retention_period(StreamName=created, RetentionPeriodHours=hours)


@case
def it_falls_to_a_day_at_least():
    created = stream()
    kinesis.increase_stream_retention_period(StreamName=created, RetentionPeriodHours=50)
    until_active(created)
    for hours in (50, 49, 24):
        decrease(created, hours)
        until_active(created)
        equal(hours, summary(created)["RetentionPeriodHours"])
    expect_error(
        INVALID, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
        decrease, created=created, hours=23)


@case
def it_is_not_more_than_it_was():
    created = stream()
    expect_error(
        INVALID, f"Requested retention period (25 hours) for stream {created} can not be longer than existing retention period (24 hours). "
        "Use IncreaseRetentionPeriod API.", decrease, created=created, hours=25)
    expect_error(
        INVALID, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.",
        decrease, created=created, hours=8761)


@case
def the_stream_must_be_named_and_there():
    expect_violations(null("retentionPeriodHours"), kinesis.decrease_stream_retention_period, StreamName="s")
    expect_named_stream(kinesis.decrease_stream_retention_period, RetentionPeriodHours=24)
