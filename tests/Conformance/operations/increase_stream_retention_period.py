from conformance import *


def increase(created, hours):
    kinesis.increase_stream_retention_period(StreamName=created, RetentionPeriodHours=hours)


@case
def it_rises_to_a_year_at_most():
    created = stream()
    for hours in (24, 25, 25, 8760):
        increase(created, hours)
        until_active(created)
        equal(hours, summary(created)["RetentionPeriodHours"])
    expect_error(
        INVALID, "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.",
        increase, created=created, hours=8761)


@case
def it_is_not_less_than_a_day_nor_than_it_was():
    created = stream()
    expect_error(
        INVALID, "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
        increase, created=created, hours=23)
    increase(created, 48)
    until_active(created)
    expect_error(
        INVALID, f"Requested retention period (47 hours) for stream {created} can not be shorter than existing retention period (48 hours). "
        "Use DecreaseRetentionPeriod API.", increase, created=created, hours=47)


@case
def the_stream_must_be_named_and_there():
    expect_violations(null("retentionPeriodHours"), kinesis.increase_stream_retention_period, StreamName="s")
    expect_named_stream(kinesis.increase_stream_retention_period, RetentionPeriodHours=48)
