from conformance import *

TYPES = one_of("AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON")
EITHER = ("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and "
          "no StartingSequenceNumber. Request specified {}.")


@case
def numbers_lead_to_their_record_or_behind_it():
    created = stream()
    first, second = (put(created, data)["SequenceNumber"] for data in (b"1", b"2"))
    starting = shards_of(created)[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    for kind, number, expected in (
            ("AT", first, [b"1", b"2"]), ("AFTER", first, [b"2"]), ("AFTER", second, []), ("AT", starting, [b"1", b"2"]),
            ("AFTER", starting, [b"1", b"2"])):
        equal(expected, read(created, f"{kind}_SEQUENCE_NUMBER", StartingSequenceNumber=number))


@case
def the_horizon_is_the_oldest_record_and_latest_what_comes_later():
    created = stream()
    put(created, b"1")
    later = iterator(created, "LATEST")
    put(created, b"2")
    equal([b"1", b"2"], read(created, "TRIM_HORIZON"))
    equal([b"2"], [r["Data"] for r in kinesis.get_records(ShardIterator=later)["Records"]])


@case
def a_time_leads_to_the_first_record_that_arrived_then():
    created = stream()
    put(created, b"1")
    # This SDK sends times in whole seconds.
    arrived = int(kinesis.get_records(ShardIterator=iterator(created))["Records"][0]["ApproximateArrivalTimestamp"].timestamp())
    eventually(lambda: time.time() > arrived + 1)
    put(created, b"2")
    equal([b"1", b"2"], read(created, "AT_TIMESTAMP", Timestamp=arrived))
    equal([b"2"], read(created, "AT_TIMESTAMP", Timestamp=arrived + 1))
    equal([b"1", b"2"], read(created, "AT_TIMESTAMP", Timestamp=0))
    expect_error(
        INVALID, "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
        iterator, created=created, kind="AT_TIMESTAMP")
    try:
        iterator(created, "AT_TIMESTAMP", Timestamp=4_000_000_000)
    except ClientError as e:
        assert e.response["Error"]["Message"].startswith(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: 4000000000000, "), e
    else:
        raise AssertionError("a time to come was taken")


@case
def a_shard_is_named_by_what_follows_the_last_hyphen():
    created = stream()
    for shard in ("shardId-000000000000", "shardId-0", "x-0", "0"):
        iterator(created, shard=shard)
    for unreadable in ("shardId-2147483648", "shardId-", "shardId-x"):
        expect_error(
            NOT_FOUND, f"Could not find shard {unreadable} in stream {created} under account {ACCOUNT}.",
            iterator, created=created, shard=unreadable)
    expect_error(
        NOT_FOUND, f"Shard shardId-000000000001 in stream {created} under account {ACCOUNT} does not exist",
        iterator, created=created, shard="shardId-1")


@case
def type_and_number_go_together():
    created = stream()
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        expect_error(INVALID, EITHER.format(f"{kind} and no StartingSequenceNumber"), iterator, created=created, kind=kind)
    for kind in ("TRIM_HORIZON", "LATEST"):
        expect_error(
            INVALID, EITHER.format(f"{kind} and also a StartingSequenceNumber"), iterator, created=created, kind=kind, StartingSequenceNumber="0")


@case
def numbers_that_are_not_of_this_shard_are_refused():
    created = stream(2)
    of_second = put(created, key="b")["SequenceNumber"]
    expect_error(
        INVALID, f"StartingSequenceNumber 0 used in GetShardIterator on shard shardId-000000000000 in stream {created} under account "
        f"{ACCOUNT} is invalid.", iterator, created=created, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber="0")
    expect_error(
        INVALID, "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with "
        "shardId-000000000000", iterator, created=created, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=of_second)


@case
def all_violations_are_listed():
    expect_violations(
        [null("shardId"), fails("NOW", "shardIteratorType", TYPES), fails("00", "startingSequenceNumber", SEQUENCE_NUMBER)],
        kinesis.get_shard_iterator, StreamName="s", ShardIteratorType="NOW", StartingSequenceNumber="00")
    expect_violations([null("shardId"), null("shardIteratorType")], kinesis.get_shard_iterator, StreamName="s")
    expect_violations(fails("a b", "shardId", NAME), iterator, created="s", shard="a b")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(
        kinesis.get_shard_iterator, lambda created: f"Shard shardId-000000000000 in stream {created} under account {ACCOUNT} does not exist",
        ShardId="0", ShardIteratorType="LATEST")


@case
def a_shard_gives_five_iterators_a_second_where_rates_hold():
    there, created = limited_stream()
    expect_refusal(
        "ProvisionedThroughputExceededException", f"Rate exceeded for shard shardId-000000000000 in stream {created} under account {ACCOUNT}.",
        there.get_shard_iterator, StreamName=created, ShardId="0", ShardIteratorType="LATEST")
