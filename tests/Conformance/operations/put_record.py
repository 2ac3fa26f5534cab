from conformance import *

MEBIBYTE = 1024 * 1024


@case
def a_record_is_acknowledged_with_its_shard_and_number():
    created = stream()
    answer = put(created, data=bytes(range(256)), key="ké\n😀")
    record = kinesis.get_records(ShardIterator=iterator(created))["Records"][0]
    equal({"ShardId", "SequenceNumber"}, set(answer) - {"ResponseMetadata"})
    equal((bytes(range(256)), "ké\n😀", answer["SequenceNumber"]), (record["Data"], record["PartitionKey"], record["SequenceNumber"]))


@case
def the_md5_of_its_key_or_an_explicit_hash_key_chooses_the_shard():
    created = stream(2)
    # MD5("a") begins with 0c, MD5("b") with 92.
    equal(["shardId-000000000000", "shardId-000000000001"], [put(created, key=k)["ShardId"] for k in "ab"])
    for key, shard in ((0, 0), (2**127 - 1, 0), (2**127, 1), (LAST_HASH_KEY, 1)):
        equal(f"shardId-{shard:012}", put(created, key="a", ExplicitHashKey=str(key))["ShardId"])
    expect_error(
        INVALID, f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {2**128}",
        put, created=created, ExplicitHashKey=str(2**128))


@case
def data_may_be_empty():
    created = stream()
    put(created, data=b"")
    equal([b""], read(created))


@case
def a_key_has_1_to_256_characters():
    created = stream()
    put(created, key="é" * 256)
    expect_violations(fails("k" * 257, "partitionKey", long_at_most(256)), put, created=created, key="k" * 257)
    expect_violations(fails("", "partitionKey", long_at_least(1)), put, created=created, key="")


@case
def data_and_key_together_have_up_to_one_mebibyte():
    created = stream()
    put(created, data=bytes(MEBIBYTE - 1))
    expect_error(
        INVALID, f"A record of {MEBIBYTE + 1} bytes, data and partition key, exceeds the maximum record size of {MEBIBYTE} bytes.",
        put, created=created, data=bytes(MEBIBYTE))
    expect_violations(
        fails("java.nio.HeapByteBuffer[pos=0 lim=10485761 cap=10485761]", "data", long_at_most(10 * MEBIBYTE)),
        put, created=created, data=bytes(10 * MEBIBYTE + 1))


@case
def numbers_rise_and_may_be_made_to_rise_above_one():
    created = stream()
    first = put(created)["SequenceNumber"]
    second = put(created, SequenceNumberForOrdering=first)["SequenceNumber"]
    assert int(first) < int(second)
    put(created, SequenceNumberForOrdering="0")
    for wrong in ("1", str(int(second) + 10**30)):
        expect_error(
            INVALID, f"ExclusiveMinimumSequenceNumber {wrong} used in PutRecord on stream {created} under account {ACCOUNT} is invalid.",
            put, created=created, SequenceNumberForOrdering=wrong)


@case
def all_violations_are_listed():
    expect_violations([null("partitionKey"), null("data")], kinesis.put_record, StreamName="s")
    expect_violations(
        [fails("-1", "sequenceNumberForOrdering", SEQUENCE_NUMBER), fails("", "partitionKey", long_at_least(1)),
         fails("01", "explicitHashKey", HASH_KEY), fails("", "streamName", NAME), fails("", "streamName", long_at_least(1))],
        put, created="", key="", ExplicitHashKey="01", SequenceNumberForOrdering="-1")


@case
def members_of_wrong_types_are_told():
    expect_wrong_type(
        "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a Blob",
        "PutRecord", {"StreamName": "s", "PartitionKey": "k", "Data": 1})


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.put_record, PartitionKey="k", Data=b"x")


@case
def beyond_a_mebibyte_a_second_of_a_shard_it_is_refused():
    there, created = limited_stream()
    there.put_record(StreamName=created, PartitionKey="k", Data=bytes(MEBIBYTE - 1))
    expect_error(
        "ProvisionedThroughputExceededException", f"Rate exceeded for shard shardId-000000000000 in stream {created} under account {ACCOUNT}.",
        there.put_record, StreamName=created, PartitionKey="k", Data=bytes(MEBIBYTE - 1))
