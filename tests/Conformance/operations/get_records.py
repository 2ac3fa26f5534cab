from conformance import *


@case
def records_come_in_order_with_all_their_members():
    created = stream()
    answers = [put(created, b"%d" % i, key=f"k{i}") for i in range(3)]
    answer = kinesis.get_records(ShardIterator=iterator(created))
    equal({"Records", "NextShardIterator", "MillisBehindLatest"}, set(answer) - {"ResponseMetadata"})
    equal({"SequenceNumber", "ApproximateArrivalTimestamp", "Data", "PartitionKey"}, set(answer["Records"][0]))
    equal(
        [(f"k{i}", b"%d" % i, a["SequenceNumber"]) for i, a in enumerate(answers)],
        [(r["PartitionKey"], r["Data"], r["SequenceNumber"]) for r in answer["Records"]])
    assert abs(answer["Records"][0]["ApproximateArrivalTimestamp"].timestamp() - time.time()) < 60
    equal(0, answer["MillisBehindLatest"])


@case
def pages_follow_each_other_without_gap():
    created = stream()
    for i in range(5):
        put(created, b"%d" % i)
    first = kinesis.get_records(ShardIterator=iterator(created), Limit=2)
    second = kinesis.get_records(ShardIterator=first["NextShardIterator"], Limit=2)
    last = kinesis.get_records(ShardIterator=second["NextShardIterator"], Limit=10_000)
    equal([b"0", b"1", b"2", b"3", b"4"], [r["Data"] for a in (first, second, last) for r in a["Records"]])
    assert first["MillisBehindLatest"] >= 0 and last["MillisBehindLatest"] == 0
    empty = kinesis.get_records(ShardIterator=last["NextShardIterator"])
    equal([], empty["Records"])
    assert empty["NextShardIterator"]


@case
def an_iterator_is_not_used_up_and_may_stand_in_quotes():
    created = stream()
    put(created, b"1")
    same = iterator(created)
    for _ in range(2):
        equal([b"1"], [r["Data"] for r in kinesis.get_records(ShardIterator=same)["Records"]])
    equal([b"1"], [r["Data"] for r in kinesis.get_records(ShardIterator=f'"{same}"')["Records"]])


@case
def an_answer_has_at_most_ten_mebibytes():
    created = stream()
    for _ in range(11):
        put(created, bytes(1024 * 1024 - 1))
    first = kinesis.get_records(ShardIterator=iterator(created))
    rest = kinesis.get_records(ShardIterator=first["NextShardIterator"])
    assert 1 <= len(first["Records"]) <= 10
    equal(11, len(first["Records"]) + len(rest["Records"]))


@case
def a_closed_shard_ends_with_its_children():
    created = stream()
    put(created, b"1")
    kinesis.split_shard(StreamName=created, ShardToSplit="0", NewStartingHashKey=str(2**127))
    until_active(created)
    answer = kinesis.get_records(ShardIterator=iterator(created))
    while "NextShardIterator" in answer and not answer.get("ChildShards"):
        answer = kinesis.get_records(ShardIterator=answer["NextShardIterator"])
    parent = ["shardId-000000000000"]
    equal(False, "NextShardIterator" in answer)
    equal(
        [{"ShardId": "shardId-000000000001", "ParentShards": parent,
          "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)}},
         {"ShardId": "shardId-000000000002", "ParentShards": parent,
          "HashKeyRange": {"StartingHashKey": str(2**127), "EndingHashKey": str(LAST_HASH_KEY)}}], answer["ChildShards"])


@case
def all_violations_are_listed():
    expect_violations(null("shardIterator"), kinesis.get_records)
    for wrong, constraint in ((0, at_least(1)), (10_001, at_most(10_000))):
        expect_violations(fails(wrong, "limit", constraint), kinesis.get_records, ShardIterator="x", Limit=wrong)
    expect_violations(fails("", "shardIterator", long_at_least(1)), kinesis.get_records, ShardIterator="")
    expect_violations(fails("x" * 513, "shardIterator", long_at_most(512)), kinesis.get_records, ShardIterator="x" * 513)


@case
def an_iterator_must_be_one_that_was_given():
    expect_error(INVALID, "Invalid ShardIterator.", kinesis.get_records, ShardIterator="AAAA")
    created = stream()
    given = iterator(created)
    expect_error(INVALID, "Invalid ShardIterator.", kinesis.get_records, ShardIterator=given[:-4] + "AAAA")
    kinesis.delete_stream(StreamName=created)
    eventually(lambda: is_gone(created))
    expect_error(
        NOT_FOUND, f"Shard shardId-000000000000 in stream {created} under account {ACCOUNT} does not exist",
        kinesis.get_records, ShardIterator=given)


@case
def a_shard_is_read_five_times_a_second_where_rates_hold():
    there, created = limited_stream()
    given = there.get_shard_iterator(StreamName=created, ShardId="0", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    expect_refusal(
        "ProvisionedThroughputExceededException", f"Rate exceeded for shard shardId-000000000000 in stream {created} under account {ACCOUNT}.",
        there.get_records, ShardIterator=given)
