from conformance import *


@case
def it_has_exactly_the_members_of_a_plain_stream():
    created = stream(2)
    told = summary(created)
    equal(
        {"StreamName": created, "StreamARN": arn_of(created), "StreamStatus": "ACTIVE", "StreamModeDetails": {"StreamMode": "PROVISIONED"},
         "RetentionPeriodHours": 24, "EnhancedMonitoring": [{"ShardLevelMetrics": []}], "EncryptionType": "NONE", "OpenShardCount": 2,
         "ConsumerCount": 0, "MaxRecordSizeInKiB": 1024, "StreamCreationTimestamp": told["StreamCreationTimestamp"]}, told)
    assert abs(told["StreamCreationTimestamp"].timestamp() - time.time()) < 60, told


@case
def consumers_and_open_shards_are_counted():
    created = stream(1)
    consumer(created)
    kinesis.split_shard(StreamName=created, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    until_active(created)
    equal((2, 1), (summary(created)["OpenShardCount"], summary(created)["ConsumerCount"]))


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.describe_stream_summary)
