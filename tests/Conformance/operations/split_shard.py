from conformance import *

PARENT = "shardId-000000000000"


def split(created, key=2**127, shard=PARENT):
    kinesis.split_shard(StreamName=created, ShardToSplit=shard, NewStartingHashKey=str(key))


@case
def the_children_share_the_range_of_the_parent():
    created = stream()
    number = put(created, b"1")["SequenceNumber"]
    split(created, 1000)
    until_active(created)
    parent, low, high = shards_of(created)
    equal(("0", "999"), (low["HashKeyRange"]["StartingHashKey"], low["HashKeyRange"]["EndingHashKey"]))
    equal(("1000", str(LAST_HASH_KEY)), (high["HashKeyRange"]["StartingHashKey"], high["HashKeyRange"]["EndingHashKey"]))
    for child in (low, high):
        equal((PARENT, False), (child["ParentShardId"], "AdjacentParentShardId" in child))
        assert int(child["SequenceNumberRange"]["StartingSequenceNumber"]) > int(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    assert int(parent["SequenceNumberRange"]["EndingSequenceNumber"]) > int(number)
    equal([b"1"], read(created))
    equal("shardId-000000000002", put(created)["ShardId"])


@case
def the_lowest_and_the_highest_place_to_split_at():
    for key in (2, LAST_HASH_KEY - 1):
        created = stream()
        split(created, key)
        until_active(created)
        equal(3, len(shards_of(created)))
    created = stream()
    for key in (0, 1, LAST_HASH_KEY, LAST_HASH_KEY + 1):
        expect_error(
            INVALID, f"NewStartingHashKey {key} used in SplitShard() on shard {PARENT} in stream {created} under account {ACCOUNT} is not both "
            f"greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey {LAST_HASH_KEY}.",
            split, created=created, key=key)


@case
def a_shard_is_split_once_and_must_be_there():
    created = stream()
    split(created)
    until_active(created)
    expect_error(
        INVALID, f"Shard {PARENT} in stream {created} under account {ACCOUNT} has already been merged or split, and thus is not eligible for "
        "merging or splitting.", split, created=created)
    for told, shard in (("shardId-000000000009", "shardId-9"), ("shardId-x", "shardId-x")):
        expect_error(NOT_FOUND, f"Could not find shard {told} in stream {created} under account {ACCOUNT}.", split, created=created, shard=shard)


@case
def a_stream_in_on_demand_mode_splits_by_itself():
    created = stream(None)
    expect_error(
        VALIDATION, f"Request is invalid. Stream {created} under account {ACCOUNT} is in On-Demand mode.", split, created=created, key=1000)


@case
def violations_are_listed():
    expect_violations([null("newStartingHashKey"), null("shardToSplit")], kinesis.split_shard, StreamName="s")
    expect_violations(
        [fails("01", "newStartingHashKey", HASH_KEY), fails("a b", "shardToSplit", NAME)], split, created="s", key="01", shard="a b")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.split_shard, ShardToSplit="0", NewStartingHashKey="1000")
