from conformance import *

KINDS = one_of("PROVISIONED, ON_DEMAND")


@case
def a_provisioned_stream_has_the_shards_asked_for():
    created = stream(3)
    equal(("PROVISIONED", 3), (summary(created)["StreamModeDetails"]["StreamMode"], summary(created)["OpenShardCount"]))
    starts = [int(s["HashKeyRange"]["StartingHashKey"]) for s in shards_of(created)]
    equal([0, LAST_HASH_KEY // 3, LAST_HASH_KEY // 3 * 2], starts)


@case
def without_a_shard_count_it_is_on_demand_with_four():
    for parameters in ({}, {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}):
        created = stream(None, **parameters)
        equal(("ON_DEMAND", 4), (summary(created)["StreamModeDetails"]["StreamMode"], summary(created)["OpenShardCount"]))


@case
def tags_and_the_size_of_records_are_those_asked_for():
    created = stream(1, Tags={"b": "2", "a": ""}, MaxRecordSizeInKiB=2048)
    equal([{"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}], kinesis.list_tags_for_stream(StreamName=created)["Tags"])
    equal(2048, summary(created)["MaxRecordSizeInKiB"])


@case
def an_on_demand_stream_may_be_asked_to_be_warm():
    created = stream(None, WarmThroughputMiBps=100)
    equal(100, summary(created)["WarmThroughput"]["TargetMiBps"])
    expect_error(
        INVALID, "WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.",
        kinesis.create_stream, StreamName="s", ShardCount=1, WarmThroughputMiBps=100)


@case
def a_name_is_taken_once_in_a_region():
    created = stream()
    expect_error(IN_USE, f"Stream {created} under account {ACCOUNT} already exists.", kinesis.create_stream, StreamName=created, ShardCount=1)
    client("mars-south-1").create_stream(StreamName=created, ShardCount=1)


@case
def names_are_up_to_128_of_the_allowed_characters():
    longest = (name() + "_A.z-9").ljust(128, "x")
    kinesis.create_stream(StreamName=longest, ShardCount=1)
    expect_violations(fails(longest + "x", "streamName", long_at_most(128)), kinesis.create_stream, StreamName=longest + "x", ShardCount=1)
    expect_violations(fails("a b", "streamName", NAME), kinesis.create_stream, StreamName="a b", ShardCount=1)


@case
def all_violations_are_listed():
    create = kinesis.create_stream
    expect_violations(null("streamName"), create)
    expect_violations(
        [fails("0", "shardCount", at_least(1)), fails("", "streamName", NAME), fails("", "streamName", long_at_least(1))],
        create, StreamName="", ShardCount=0)
    expect_violations(fails("FAST", "streamModeDetails.streamMode", KINDS), create, StreamName="s", StreamModeDetails={"StreamMode": "FAST"})
    expect_violations(null("streamModeDetails.streamMode"), create, StreamName="s", StreamModeDetails={})
    expect_violations(fails("1023", "maxRecordSizeInKiB", at_least(1024)), create, StreamName="s", ShardCount=1, MaxRecordSizeInKiB=1023)
    expect_violations(fails("10241", "maxRecordSizeInKiB", at_most(10240)), create, StreamName="s", ShardCount=1, MaxRecordSizeInKiB=10241)


@case
def mode_and_shard_count_go_together():
    expect_error(
        INVALID, "ShardCount must be given for a stream in PROVISIONED mode.",
        kinesis.create_stream, StreamName="s", StreamModeDetails={"StreamMode": "PROVISIONED"})
    expect_error(
        INVALID, "ShardCount must not be given for a stream in ON_DEMAND mode.",
        kinesis.create_stream, StreamName="s", ShardCount=1, StreamModeDetails={"StreamMode": "ON_DEMAND"})


@case
def fifty_tags_are_taken_and_fifty_one_are_not():
    stream(1, Tags={f"k{i}": "v" for i in range(50)})
    expect_error(
        INVALID, f"Failed to add tags to stream s under account {ACCOUNT} because it cannot have more than 50 tags associated with it.",
        kinesis.create_stream, StreamName="s", ShardCount=1, Tags={f"k{i}": "v" for i in range(51)})


@case
def more_shards_than_the_account_may_have_are_refused():
    region = "mars-quota-1"
    there = client(region)
    stream(2, there)
    expect_error(
        LIMIT,
        f"This request would exceed the shard limit for the account {ACCOUNT} in {region}. Current shard count for the account: 2. "
        "Limit: 10000. Number of additional shards that would have resulted from this request: 100000. Refer to the AWS Service Limits page "
        "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.",
        there.create_stream, StreamName="s", ShardCount=100_000)


@case
def members_of_wrong_types_are_told():
    expect_wrong_type("class java.lang.Boolean can not be converted to an String", "CreateStream", {"StreamName": True})
    expect_wrong_type("class java.lang.String can not be converted to an Integer", "CreateStream", {"ShardCount": "1"})
    expect_wrong_type("Expected map or null", "CreateStream", {"Tags": 1})
