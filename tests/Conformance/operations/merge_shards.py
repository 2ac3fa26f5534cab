from conformance import *


def merge(created, shard, adjacent):
    kinesis.merge_shards(StreamName=created, ShardToMerge=f"shardId-{shard:012}", AdjacentShardToMerge=f"shardId-{adjacent:012}")


@case
def the_child_has_both_ranges_and_both_parents():
    created = stream(3)
    merge(created, 0, 1)
    until_active(created)
    first, second, _, child = shards_of(created)
    equal(
        (first["ShardId"], second["ShardId"], first["HashKeyRange"]["StartingHashKey"], second["HashKeyRange"]["EndingHashKey"]),
        (child["ParentShardId"], child["AdjacentParentShardId"], child["HashKeyRange"]["StartingHashKey"], child["HashKeyRange"]["EndingHashKey"]))
    for parent in (first, second):
        assert int(parent["SequenceNumberRange"]["EndingSequenceNumber"]) < int(child["SequenceNumberRange"]["StartingSequenceNumber"])
    equal(2, summary(created)["OpenShardCount"])


@case
def shards_that_do_not_touch_in_this_order_are_refused():
    created = stream(3)
    for shard, adjacent in ((0, 2), (1, 0), (1, 1)):
        expect_error(
            INVALID, f"Shards shardId-{shard:012} and shardId-{adjacent:012} in stream {created} under account {ACCOUNT} are not an adjacent "
            "pair of shards eligible for merging", merge, created=created, shard=shard, adjacent=adjacent)


@case
def shards_must_be_open_and_there():
    created = stream(2)
    merge(created, 0, 1)
    until_active(created)
    expect_error(
        INVALID, f"Shard shardId-000000000000 in stream {created} under account {ACCOUNT} has already been merged or split, and thus is not "
        "eligible for merging or splitting.", merge, created=created, shard=0, adjacent=1)
    for shard, adjacent in ((2, 9), (9, 2)):
        expect_error(
            NOT_FOUND, f"Could not find shard shardId-000000000009 in stream {created} under account {ACCOUNT}.",
            merge, created=created, shard=shard, adjacent=adjacent)


@case
def a_stream_in_on_demand_mode_merges_by_itself():
    created = stream(None)
    expect_error(
        VALIDATION, f"Request is invalid. Stream {created} under account {ACCOUNT} is in On-Demand mode.",
        merge, created=created, shard=0, adjacent=1)


@case
def violations_are_listed():
    expect_violations([null("shardToMerge"), null("adjacentShardToMerge")], kinesis.merge_shards, StreamName="s")
    expect_violations(
        [fails("a b", "shardToMerge", NAME), fails("!", "adjacentShardToMerge", NAME)],
        kinesis.merge_shards, StreamName="s", ShardToMerge="a b", AdjacentShardToMerge="!")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.merge_shards, ShardToMerge="0", AdjacentShardToMerge="1")
