"""Walks through a stream's life with boto3; only the endpoint differs from AWS. Usage: boto3_client.py ENDPOINT STREAM"""
import sys
import time

import boto3

endpoint, stream = sys.argv[1:3]
kinesis = boto3.client("kinesis", endpoint_url=endpoint)

kinesis.create_stream(StreamName=stream, ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

summary = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
assert summary["OpenShardCount"] == 2, summary
assert summary["StreamARN"].split(":")[3] == kinesis.meta.region_name, summary

put = kinesis.put_record(StreamName=stream, PartitionKey="a", Data=b"first")
many = kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": f"k{i}", "Data": f"record {i}".encode()} for i in range(100)])
assert many["FailedRecordCount"] == 0, many
acknowledged = {put["SequenceNumber"]: b"first"}
acknowledged.update((r["SequenceNumber"], f"record {i}".encode()) for i, r in enumerate(many["Records"]))

read = {}
shards = kinesis.list_shards(StreamName=stream)["Shards"]
assert len(shards) == 2, shards
for shard in shards:
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = kinesis.get_records(ShardIterator=iterator)
        read.update((r["SequenceNumber"], r["Data"]) for r in answer["Records"])
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0 and not answer["Records"]:
            break
assert read == acknowledged, (len(read), len(acknowledged))

kinesis.delete_stream(StreamName=stream)
kinesis.get_waiter("stream_not_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
print("boto3", boto3.__version__, "done")
