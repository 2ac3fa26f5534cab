from contextlib import closing

from conformance import *

TYPES = one_of("AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON")


def subscribe(arn, kind="TRIM_HORIZON", shard="shardId-000000000000", **start):
    return closing(kinesis.subscribe_to_shard(ConsumerARN=arn, ShardId=shard, StartingPosition={"Type": kind, **start})["EventStream"])


def data_of(events, count):
    """The data of the next records and the event that brought the last of them."""
    data = []
    for event in events:
        data += [r["Data"] for r in event["SubscribeToShardEvent"]["Records"]]
        if len(data) >= count:
            return data, event["SubscribeToShardEvent"]
    raise AssertionError(f"the subscription ended after {data}")


@case
def records_are_pushed_in_order_as_they_come():
    created = stream()
    arn = consumer(created)
    put(created, b"0")
    with subscribe(arn) as events:
        equal([b"0"], data_of(events, 1)[0])
        numbers = [put(created, b"%d" % i)["SequenceNumber"] for i in range(1, 4)]
        data, last = data_of(events, 3)
        equal([b"1", b"2", b"3"], data)
        equal((numbers[-1], 0), (last["ContinuationSequenceNumber"], last["MillisBehindLatest"]))
        equal({"SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey"}, set(last["Records"][0]))


@case
def it_starts_where_it_is_told():
    created = stream()
    first = put(created, b"1")["SequenceNumber"]
    put(created, b"2")
    for called, expected, start in (
            ("at", [b"1", b"2"], ("AT_SEQUENCE_NUMBER", {"SequenceNumber": first})),
            ("after", [b"2"], ("AFTER_SEQUENCE_NUMBER", {"SequenceNumber": first})),
            ("time", [b"1", b"2"], ("AT_TIMESTAMP", {"Timestamp": 0})),
            ("horizon", [b"1", b"2"], ("TRIM_HORIZON", {}))):
        with subscribe(consumer(created, called), start[0], **start[1]) as events:
            equal(expected, data_of(events, len(expected))[0])
    with subscribe(consumer(created, "latest"), "LATEST") as events:
        put(created, b"3")
        equal([b"3"], data_of(events, 1)[0])


@case
def the_last_event_of_a_closed_shard_names_its_children():
    created = stream()
    arn = consumer(created)
    with subscribe(arn) as events:
        put(created, b"1")
        kinesis.split_shard(StreamName=created, ShardToSplit="0", NewStartingHashKey="1000")
        told = [e["SubscribeToShardEvent"] for e in events]
    equal([b"1"], [r["Data"] for e in told for r in e["Records"]])
    equal(["shardId-000000000001", "shardId-000000000002"], [c["ShardId"] for c in told[-1]["ChildShards"]])


@case
def the_same_shard_is_subscribed_to_again_after_five_seconds():
    created = stream()
    arn = consumer(created)
    other = consumer(created, "other")
    with subscribe(arn), subscribe(other):
        expect_error(
            IN_USE, f"Another subscription of consumer {arn} to shard shardId-000000000000 began less than 5 seconds ago.", subscribe, arn=arn)


@case
def consumer_and_shard_must_be_there():
    created = stream()
    arn = consumer(created)
    gone = f"{arn_of(created)}/consumer/c:1"
    expect_error(NOT_FOUND, f"Consumer {gone}, account {ACCOUNT} not found.", subscribe, arn=gone)
    expect_error(
        NOT_FOUND, f"Shard shardId-000000000001 in stream {created} under account {ACCOUNT} does not exist", subscribe, arn=arn, shard="shardId-1")
    expect_error(
        NOT_FOUND, f"Could not find shard shardId-x in stream {created} under account {ACCOUNT}.", subscribe, arn=arn, shard="shardId-x")


@case
def violations_are_listed():
    expect_violations([null("consumerARN"), null("shardId"), null("startingPosition")], kinesis.subscribe_to_shard)
    expect_violations(
        [fails("x", "consumerARN", pattern(r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+")),
         fails("a b", "shardId", NAME), fails("NOW", "startingPosition.type", TYPES),
         fails("00", "startingPosition.sequenceNumber", SEQUENCE_NUMBER)],
        subscribe, arn="x", shard="a b", kind="NOW", SequenceNumber="00")
    arn = consumer(stream())
    expect_error(
        INVALID, "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
        subscribe, arn=arn, kind="AT_TIMESTAMP")
