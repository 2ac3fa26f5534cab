from conformance import *


@case
def a_consumer_is_gone_and_its_name_is_free():
    created = stream()
    for parameters in (lambda arn: {"ConsumerARN": arn}, lambda arn: {"StreamARN": arn_of(created), "ConsumerName": "c"}):
        arn = consumer(created)
        kinesis.deregister_stream_consumer(**parameters(arn))
        eventually(lambda: not kinesis.list_stream_consumers(StreamARN=arn_of(created))["Consumers"])
        expect_error(NOT_FOUND, f"Consumer {arn}, account {ACCOUNT} not found.", kinesis.deregister_stream_consumer, ConsumerARN=arn)
    equal(0, summary(created)["ConsumerCount"])


@case
def half_a_name_is_refused():
    for half in ({}, {"StreamARN": arn_of("s")}, {"ConsumerName": "c"}):
        expect_error(
            INVALID, "Either ConsumerARN, or StreamARN and ConsumerName must be given.", kinesis.deregister_stream_consumer, **half)


@case
def it_must_be_there():
    created = stream()
    expect_error(
        NOT_FOUND, f"Consumer c, account {ACCOUNT} not found.",
        kinesis.deregister_stream_consumer, StreamARN=arn_of(created), ConsumerName="c")
    expect_violations(
        fails("x", "consumerARN", pattern(r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+")),
        kinesis.deregister_stream_consumer, ConsumerARN="x")
