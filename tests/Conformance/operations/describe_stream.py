from conformance import *


@case
def it_has_exactly_the_members_of_a_plain_stream():
    created = stream(2)
    put(created, data=b"")
    described = kinesis.describe_stream(StreamName=created)["StreamDescription"]
    equal(
        {"StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "Shards", "HasMoreShards", "RetentionPeriodHours",
         "StreamCreationTimestamp", "EnhancedMonitoring", "EncryptionType"}, set(described))
    equal(
        (created, arn_of(created), "ACTIVE", "PROVISIONED", False, 24, [{"ShardLevelMetrics": []}], "NONE"),
        (described["StreamName"], described["StreamARN"], described["StreamStatus"], described["StreamModeDetails"]["StreamMode"],
         described["HasMoreShards"], described["RetentionPeriodHours"], described["EnhancedMonitoring"], described["EncryptionType"]))
    first, second = described["Shards"]
    equal({"ShardId", "HashKeyRange", "SequenceNumberRange"}, set(first))
    equal({"StartingSequenceNumber"}, set(first["SequenceNumberRange"]))
    equal({"StartingHashKey": str(2**127), "EndingHashKey": str(LAST_HASH_KEY)}, second["HashKeyRange"])


@case
def shards_come_in_pages():
    created = stream(3)
    first = kinesis.describe_stream(StreamARN=arn_of(created), Limit=2)["StreamDescription"]
    rest = kinesis.describe_stream(StreamName=created, ExclusiveStartShardId=first["Shards"][-1]["ShardId"])["StreamDescription"]
    equal((True, False), (first["HasMoreShards"], rest["HasMoreShards"]))
    equal([f"shardId-{n:012}" for n in range(3)], [s["ShardId"] for s in first["Shards"] + rest["Shards"]])
    pages = kinesis.get_paginator("describe_stream").paginate(StreamName=created, PaginationConfig={"PageSize": 1})
    equal(3, sum(len(p["StreamDescription"]["Shards"]) for p in pages))


@case
def a_page_has_at_most_a_hundred_shards():
    created = stream(101)
    described = kinesis.describe_stream(StreamName=created, Limit=10_000)["StreamDescription"]
    equal((100, True), (len(described["Shards"]), described["HasMoreShards"]))


@case
def the_limit_is_1_to_10000():
    created = stream()
    equal(1, len(kinesis.describe_stream(StreamName=created, Limit=1)["StreamDescription"]["Shards"]))
    for wrong, constraint in ((0, at_least(1)), (-1, at_least(1)), (10_001, at_most(10_000))):
        expect_violations(fails(wrong, "limit", constraint), kinesis.describe_stream, StreamName=created, Limit=wrong)


@case
def the_start_is_a_name_of_a_shard():
    created = stream()
    expect_violations(fails("a b", "exclusiveStartShardId", NAME), kinesis.describe_stream, StreamName=created, ExclusiveStartShardId="a b")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.describe_stream)


@case
def it_may_be_asked_ten_times_a_second_where_rates_hold():
    there, created = limited_stream()
    expect_refusal(
        LIMIT, f"Rate exceeded for streams under account {ACCOUNT}: DescribeStream takes 10 calls a second.",
        there.describe_stream, StreamName=created)
