from conformance import *

MEBIBYTE = 1024 * 1024


def entries(count, data=b"x"):
    return [{"PartitionKey": f"{i}", "Data": data} for i in range(count)]


def put_all(created, records):
    return kinesis.put_records(StreamName=created, Records=records)


@case
def each_entry_is_answered_in_its_place():
    created = stream(2)
    answer = put_all(created, [{"PartitionKey": "k", "ExplicitHashKey": str(key), "Data": b"%d" % i}
                               for i, key in enumerate((LAST_HASH_KEY, 0, 2**127, 1))])
    equal(0, answer["FailedRecordCount"])
    equal([1, 0, 1, 0], [int(r["ShardId"][-12:]) for r in answer["Records"]])
    equal({"ShardId", "SequenceNumber"}, set(answer["Records"][0]))
    equal([b"1", b"3"], read(created))
    equal([b"0", b"2"], read(created, shard="shardId-000000000001"))
    numbers = [int(r["SequenceNumber"]) for r in answer["Records"]]
    assert numbers[0] < numbers[2] and numbers[1] < numbers[3], numbers


@case
def five_hundred_are_taken_and_five_hundred_and_one_are_not():
    created = stream()
    equal(500, len(put_all(created, entries(500))["Records"]))
    expect_violations(fails("[501 entries]", "records", long_at_most(500)), put_all, created=created, records=entries(501))
    expect_violations(fails("[]", "records", long_at_least(1)), put_all, created=created, records=[])
    equal(500, len(read(created)))


@case
def ten_mebibytes_with_keys_are_taken_and_one_byte_more_is_not():
    created = stream(2)
    full = entries(10, bytes(MEBIBYTE - 1))
    equal(0, put_all(created, full)["FailedRecordCount"])
    expect_error(INVALID, "Records size exceeds 10 MB limit", put_all, created=created, records=full + entries(1, b""))


@case
def a_record_that_is_too_large_refuses_all():
    created = stream()
    expect_error(
        INVALID, f"A record of {MEBIBYTE + 1} bytes, data and partition key, exceeds the maximum record size of {MEBIBYTE} bytes.",
        put_all, created=created, records=entries(1) + [{"PartitionKey": "k", "Data": bytes(MEBIBYTE)}])
    equal([], read(created))


@case
def violations_name_their_entry_and_ten_at_most_are_listed():
    expect_violations(null("records"), kinesis.put_records, StreamName="s")
    expect_violations(
        [null("records.2.member.partitionKey"), null("records.2.member.data"), fails("!", "streamName", NAME)],
        put_all, created="!", records=entries(1) + [{}])
    expect_violations(
        [fails("", "records.1.member.partitionKey", long_at_least(1)), fails("-1", "records.1.member.explicitHashKey", HASH_KEY)],
        put_all, created="s", records=[{"PartitionKey": "", "Data": b"", "ExplicitHashKey": "-1"}])
    listed = [null(f"records.{i}.member.{m}") for i in range(1, 6) for m in ("partitionKey", "data")]
    expect_violations(listed, put_all, created="s", records=[{}] * 6)


@case
def an_explicit_hash_key_beyond_the_space_refuses_all():
    created = stream()
    expect_error(
        INVALID, f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {2**128}",
        put_all, created=created, records=entries(1) + [{"PartitionKey": "k", "Data": b"", "ExplicitHashKey": str(2**128)}])
    equal([], read(created))


@case
def members_of_wrong_types_are_told():
    expect_wrong_type("Expected list or null", "PutRecords", {"StreamName": "s", "Records": 1})
    expect_wrong_type("Expected null", "PutRecords", {"StreamName": "s", "Records": [1]})


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.put_records, Records=entries(1))


@case
def beyond_a_mebibyte_a_second_the_later_entries_of_a_shard_fail():
    there, created = limited_stream(2)
    of_first = [{"PartitionKey": "k", "ExplicitHashKey": "0", "Data": bytes(200 * 1024)}] * 10
    of_second = {"PartitionKey": "k", "ExplicitHashKey": str(LAST_HASH_KEY), "Data": b""}
    answer = there.put_records(StreamName=created, Records=of_first + [of_second])
    failed = {
        "ErrorCode": "ProvisionedThroughputExceededException",
        "ErrorMessage": f"Rate exceeded for shard shardId-000000000000 in stream {created} under account {ACCOUNT}."}
    equal((5, [failed] * 5), (answer["FailedRecordCount"], answer["Records"][5:10]))
    equal(["shardId-000000000000"] * 5 + ["shardId-000000000001"], [r["ShardId"] for r in answer["Records"] if "ShardId" in r])
