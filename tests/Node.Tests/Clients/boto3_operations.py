"""Calls every operation of the Kinesis API with boto3, which checks each answer against its model. Usage: boto3_operations.py ENDPOINT STREAM"""
import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

endpoint, stream = sys.argv[1:3]
kinesis = boto3.client("kinesis", endpoint_url=endpoint)
called = set()
kinesis.meta.events.register("before-call.kinesis", lambda model, **_: called.add(model.name))


def summary():
    return kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]


def active():
    deadline = time.monotonic() + 30
    while summary()["StreamStatus"] != "ACTIVE":
        assert time.monotonic() < deadline, summary()
        time.sleep(0.2)
    return summary()


def refused(error, call, **members):
    try:
        call(**members)
    except ClientError as e:
        assert e.response["Error"]["Code"] == error, e
        return e.response["Error"]["Message"]
    raise AssertionError(f"{error} was expected of {members}")


def open_shards():
    shards = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    return sorted(shards, key=lambda s: int(s["HashKeyRange"]["StartingHashKey"]))


def read(shards):
    records = {}
    for shard in shards:
        iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        deadline = time.monotonic() + 30
        while iterator and time.monotonic() < deadline:
            answer = kinesis.get_records(ShardIterator=iterator)
            records.update((r["SequenceNumber"], (r["Data"], r.get("EncryptionType"))) for r in answer["Records"])
            iterator = answer.get("NextShardIterator")
            if iterator and answer["MillisBehindLatest"] == 0 and not answer["Records"]:
                break
    return records


kinesis.create_stream(StreamName=stream, ShardCount=2, Tags={"made": "by boto3"}, MaxRecordSizeInKiB=2048)
kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
arn = summary()["StreamARN"]
assert summary()["MaxRecordSizeInKiB"] == 2048
assert stream in kinesis.list_streams()["StreamNames"]

# Tags
kinesis.add_tags_to_stream(StreamName=stream, Tags={"b": "1", "a": ""})
kinesis.tag_resource(ResourceARN=arn, Tags={"c": "2"})
kinesis.remove_tags_from_stream(StreamARN=arn, TagKeys=["made"])
kinesis.untag_resource(ResourceARN=arn, TagKeys=["a"])
tags = kinesis.list_tags_for_stream(StreamName=stream, Limit=1)
assert tags == tags | {"Tags": [{"Key": "b", "Value": "1"}], "HasMoreTags": True}, tags
assert [t["Key"] for t in kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"]] == ["b", "c"]

# Retention, monitoring, sizes
kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
assert summary()["RetentionPeriodHours"] == 48
kinesis.decrease_stream_retention_period(StreamARN=arn, RetentionPeriodHours=24)
refused("InvalidArgumentException", kinesis.increase_stream_retention_period, StreamName=stream, RetentionPeriodHours=8761)
enabled = kinesis.enable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
assert (len(enabled["CurrentShardLevelMetrics"]), len(enabled["DesiredShardLevelMetrics"])) == (0, 7), enabled
disabled = kinesis.disable_enhanced_monitoring(StreamARN=arn, ShardLevelMetrics=["IncomingBytes"])
assert len(summary()["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == len(disabled["DesiredShardLevelMetrics"]) == 6
kinesis.update_max_record_size(StreamARN=arn, MaxRecordSizeInKiB=10240)
assert summary()["MaxRecordSizeInKiB"] == 10240

# Reshards, with records before and after; none is lost
stored = {kinesis.put_record(StreamName=stream, PartitionKey="before", Data=b"before")["SequenceNumber"]: (b"before", None)}
kinesis.merge_shards(StreamName=stream, ShardToMerge="shardId-000000000000", AdjacentShardToMerge="shardId-000000000001")
assert active()["OpenShardCount"] == 1
whole = open_shards()[0]
assert (whole["ParentShardId"], whole["AdjacentParentShardId"]) == ("shardId-000000000000", "shardId-000000000001"), whole
kinesis.split_shard(StreamName=stream, ShardToSplit=whole["ShardId"], NewStartingHashKey=str(2 ** 127))
assert active()["OpenShardCount"] == 2
assert "already been merged or split" in refused(
    "InvalidArgumentException", kinesis.split_shard, StreamName=stream, ShardToSplit=whole["ShardId"], NewStartingHashKey="99")
scaled = kinesis.update_shard_count(StreamName=stream, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
assert (scaled["CurrentShardCount"], scaled["TargetShardCount"], scaled["StreamARN"]) == (2, 4, arn), scaled
assert active()["OpenShardCount"] == 4
assert [int(s["HashKeyRange"]["StartingHashKey"]) for s in open_shards()] == [i * 2 ** 126 for i in range(4)]

# Encryption
assert "no-such-key" in refused("KMSNotFoundException", kinesis.start_stream_encryption, StreamName=stream, EncryptionType="KMS", KeyId="no-such-key")
kinesis.start_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/orders")
assert active()["KeyId"] == "alias/orders"
sealed = kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": f"k{i}", "Data": b"sealed"} for i in range(20)])
assert (sealed["FailedRecordCount"], sealed["EncryptionType"]) == (0, "KMS"), sealed
stored.update((r["SequenceNumber"], (b"sealed", "KMS")) for r in sealed["Records"])
kinesis.stop_stream_encryption(StreamARN=arn, EncryptionType="KMS", KeyId="alias/orders")
assert active()["EncryptionType"] == "NONE"
assert read(kinesis.describe_stream(StreamName=stream)["StreamDescription"]["Shards"]) == stored

# Consumers
registered = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="one", Tags={"of": "one"})["Consumer"]
assert registered["ConsumerStatus"] == "CREATING", registered
kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="two")
described = kinesis.describe_stream_consumer(ConsumerARN=registered["ConsumerARN"])["ConsumerDescription"]
assert (described["ConsumerStatus"], described["StreamARN"]) == ("ACTIVE", arn), described
pages = kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn, PaginationConfig={"PageSize": 1})
assert [c["ConsumerName"] for page in pages for c in page["Consumers"]] == ["one", "two"]
assert summary()["ConsumerCount"] == 2
kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="two")
events = kinesis.subscribe_to_shard(
    ConsumerARN=registered["ConsumerARN"], ShardId=open_shards()[0]["ShardId"], StartingPosition={"Type": "LATEST"})["EventStream"]
assert next(iter(events))["SubscribeToShardEvent"]["MillisBehindLatest"] == 0
events.close()

# Policies
policy = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kinesis:PutRecord", "Resource": arn}]})
kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)
assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == policy
kinesis.delete_resource_policy(ResourceARN=arn)

# Modes and the account
kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
assert active()["StreamModeDetails"]["StreamMode"] == "ON_DEMAND"
warm = kinesis.update_stream_warm_throughput(StreamName=stream, WarmThroughputMiBps=5)
assert warm["WarmThroughput"]["TargetMiBps"] == active()["WarmThroughput"]["TargetMiBps"] == 5, warm
assert "On-Demand" in refused(
    "ValidationException", kinesis.update_shard_count, StreamName=stream, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
limits = kinesis.describe_limits()
assert limits["OpenShardCount"] >= 4 and limits["OnDemandStreamCount"] == 1, limits
assert kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]["Status"] == "DISABLED"
assert kinesis.update_account_settings(
    MinimumThroughputBillingCommitment={"Status": "DISABLED"})["MinimumThroughputBillingCommitment"]["Status"] == "DISABLED"

refused("ResourceInUseException", kinesis.delete_stream, StreamName=stream)
kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
kinesis.get_waiter("stream_not_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

left = set(kinesis.meta.service_model.operation_names) - called
assert not left, f"not called: {sorted(left)}"
print("boto3", boto3.__version__, "called", len(called), "operations")
