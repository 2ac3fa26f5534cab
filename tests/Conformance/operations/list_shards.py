from conformance import *

TYPES = one_of("AFTER_SHARD_ID, AT_TRIM_HORIZON, FROM_TRIM_HORIZON, AT_LATEST, AT_TIMESTAMP, FROM_TIMESTAMP")


def numbers(answer):
    return [int(s["ShardId"][-12:]) for s in answer["Shards"]]


@case
def shards_come_in_pages_by_tokens_that_go_alone():
    created = stream(5)
    first = kinesis.list_shards(StreamARN=arn_of(created), MaxResults=3)
    rest = kinesis.list_shards(NextToken=first["NextToken"], MaxResults=3)
    equal(([0, 1, 2], [3, 4], False), (numbers(first), numbers(rest), "NextToken" in rest))
    expect_error(
        INVALID, "NextToken and StreamName cannot be provided together.", kinesis.list_shards, NextToken=first["NextToken"], StreamName=created)
    equal([2, 3, 4], numbers(kinesis.list_shards(StreamName=created, ExclusiveStartShardId="shardId-000000000001")))


@case
def a_page_has_at_most_a_thousand_shards():
    created = stream(1001)
    first = kinesis.list_shards(StreamName=created, MaxResults=10_000)
    equal(1000, len(first["Shards"]))
    equal([1000], numbers(kinesis.list_shards(NextToken=first["NextToken"])))


@case
def filters_choose_shards_by_time_and_id():
    created = stream(2)
    # This SDK sends times in whole seconds.
    before = int(time.time()) + 1
    eventually(lambda: time.time() > before)
    kinesis.split_shard(StreamName=created, ShardToSplit="0", NewStartingHashKey="1000")
    until_active(created)

    def listed(kind, **parameters):
        return numbers(kinesis.list_shards(StreamName=created, ShardFilter={"Type": kind, **parameters}))

    equal([1, 2, 3], listed("AT_LATEST"))
    equal([0, 1], listed("AT_TRIM_HORIZON"))
    equal([0, 1, 2, 3], listed("FROM_TRIM_HORIZON"))
    equal([2, 3], listed("AFTER_SHARD_ID", ShardId="shardId-000000000001"))
    equal([0, 1], listed("AT_TIMESTAMP", Timestamp=before))
    equal([0, 1, 2, 3], listed("FROM_TIMESTAMP", Timestamp=before))
    equal([0, 1, 2, 3], numbers(kinesis.list_shards(StreamName=created)))


@case
def filters_that_lack_something_are_refused():
    created = stream()
    expect_violations(fails("ALL", "shardFilter.type", TYPES), kinesis.list_shards, StreamName=created, ShardFilter={"Type": "ALL"})
    expect_violations(null("shardFilter.type"), kinesis.list_shards, StreamName=created, ShardFilter={})
    for kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        expect_error(
            INVALID, f"ShardFilter of type {kind} needs a Timestamp.", kinesis.list_shards, StreamName=created, ShardFilter={"Type": kind})
    expect_error(
        INVALID, "ShardFilter of type AFTER_SHARD_ID needs a ShardId.",
        kinesis.list_shards, StreamName=created, ShardFilter={"Type": "AFTER_SHARD_ID"})


@case
def the_creation_time_tells_lives_of_a_stream_apart():
    created = stream()
    born = summary(created)["StreamCreationTimestamp"].timestamp()
    equal([0], numbers(kinesis.list_shards(StreamName=created, StreamCreationTimestamp=born)))
    expect_error(NOT_FOUND, not_found(created), kinesis.list_shards, StreamName=created, StreamCreationTimestamp=born - 1)


@case
def violations_are_listed():
    for wrong, constraint in ((0, at_least(1)), (10_001, at_most(10_000))):
        expect_violations(fails(wrong, "maxResults", constraint), kinesis.list_shards, StreamName="s", MaxResults=wrong)
    expect_violations(fails("", "nextToken", long_at_least(1)), kinesis.list_shards, NextToken="")
    expect_violations(fails("a b", "exclusiveStartShardId", NAME), kinesis.list_shards, StreamName="s", ExclusiveStartShardId="a b")
    expect_error(INVALID, "Invalid NextToken.", kinesis.list_shards, NextToken="AAAA")
    unreadable = "shardId-2147483648"
    expect_error(
        NOT_FOUND, f"Could not find shard {unreadable} in stream s under account {ACCOUNT}.",
        kinesis.list_shards, StreamName="s", ExclusiveStartShardId=unreadable)


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.list_shards)
