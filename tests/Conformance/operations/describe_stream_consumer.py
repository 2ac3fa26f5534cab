from conformance import *


@case
def a_consumer_is_named_by_arn_or_by_stream_and_name_or_by_all():
    created = stream()
    arn = consumer(created)
    for parameters in (
            {"ConsumerARN": arn}, {"StreamARN": arn_of(created), "ConsumerName": "c"},
            {"ConsumerARN": arn, "StreamARN": arn_of(created), "ConsumerName": "c"}):
        told = kinesis.describe_stream_consumer(**parameters)["ConsumerDescription"]
        equal(
            {"ConsumerName": "c", "ConsumerARN": arn, "ConsumerStatus": "ACTIVE", "StreamARN": arn_of(created),
             "ConsumerCreationTimestamp": told["ConsumerCreationTimestamp"]}, told)


@case
def half_a_name_and_names_that_differ_are_refused():
    created = stream()
    arn = consumer(created)
    for half in ({}, {"StreamARN": arn_of(created)}, {"ConsumerName": "c"}):
        expect_error(
            INVALID, "Either ConsumerARN, or StreamARN and ConsumerName must be given.", kinesis.describe_stream_consumer, **half)
    for other in ({"ConsumerName": "d"}, {"StreamARN": arn_of("other")}):
        expect_error(
            INVALID, "ConsumerARN names another consumer than StreamARN and ConsumerName do.",
            kinesis.describe_stream_consumer, ConsumerARN=arn, **other)


@case
def it_must_be_there():
    created = stream()
    gone = f"{arn_of(created)}/consumer/c:1"
    expect_error(NOT_FOUND, f"Consumer {gone}, account {ACCOUNT} not found.", kinesis.describe_stream_consumer, ConsumerARN=gone)
    expect_error(
        NOT_FOUND, f"Consumer c, account {ACCOUNT} not found.",
        kinesis.describe_stream_consumer, StreamARN=arn_of(created), ConsumerName="c")
    expect_error(
        NOT_FOUND, not_found("nope"), kinesis.describe_stream_consumer, StreamARN=arn_of("nope"), ConsumerName="c")


@case
def violations_are_listed():
    expect_violations(
        [fails("x", "consumerARN", pattern(r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+")),
         fails("a b", "consumerName", NAME), fails("s", "streamARN", STREAM_ARN)],
        kinesis.describe_stream_consumer, ConsumerARN="x", ConsumerName="a b", StreamARN="s")
