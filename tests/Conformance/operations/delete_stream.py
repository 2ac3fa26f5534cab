from conformance import *


@case
def a_deleted_stream_is_gone_and_its_name_is_free():
    created = stream()
    kinesis.delete_stream(StreamName=created)
    eventually(lambda: is_gone(created))
    expect_error(NOT_FOUND, not_found(created), kinesis.describe_stream_summary, StreamName=created)
    expect_error(NOT_FOUND, not_found(created), kinesis.delete_stream, StreamName=created)
    kinesis.create_stream(StreamName=created, ShardCount=2)
    until_active(created)
    equal(2, len(shards_of(created)))


@case
def it_may_be_named_by_arn():
    created = stream()
    kinesis.delete_stream(StreamARN=arn_of(created))
    eventually(lambda: is_gone(created))


@case
def with_consumers_it_is_deleted_only_when_told_so():
    created = stream()
    arn = consumer(created)
    for parameters in ({}, {"EnforceConsumerDeletion": False}):
        expect_error(
            IN_USE, f"Stream {created} under account {ACCOUNT} has registered consumers (1). Deregister them, or delete the stream with "
            "EnforceConsumerDeletion.", kinesis.delete_stream, StreamName=created, **parameters)
    kinesis.delete_stream(StreamName=created, EnforceConsumerDeletion=True)
    eventually(lambda: is_gone(created))
    expect_error(NOT_FOUND, f"Consumer {arn}, account {ACCOUNT} not found.", kinesis.describe_stream_consumer, ConsumerARN=arn)


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.delete_stream)


@case
def others_are_served_while_a_stream_of_many_shards_goes():
    created, other = stream(200), stream()
    kinesis.delete_stream(StreamName=created)

    def others_are_served_until_it_is():
        put(other)
        return is_gone(created)

    eventually(others_are_served_until_it_is, patience_seconds=60)
