"""Puts through a proxy that loses answers; boto3 tries again by itself. Usage: retried_puts.py ENDPOINT PROXY STREAM"""
import sys
import time

import boto3
from botocore.config import Config

endpoint, proxy, stream = sys.argv[1:4]
direct = boto3.client("kinesis", endpoint_url=endpoint)
patient = Config(retries={"mode": "standard", "max_attempts": 10}, read_timeout=30, connect_timeout=30)

direct.create_stream(StreamName=stream, ShardCount=2)
direct.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

acknowledged = {}
retries = 0
for call in range(4):
    # A client of its own for each call, and so a connection, whose first answer the proxy loses.
    client = boto3.client("kinesis", endpoint_url=proxy, config=patient)
    if call % 2 == 0:
        data = f"one {call}".encode()
        answer = client.put_record(StreamName=stream, PartitionKey=f"key {call}", Data=data)
        acknowledged[answer["SequenceNumber"]] = data
    else:
        many = [f"many {call} {i}".encode() for i in range(50)]
        answer = client.put_records(StreamName=stream, Records=[{"PartitionKey": d.decode(), "Data": d} for d in many])
        assert answer["FailedRecordCount"] == 0, answer
        acknowledged.update((r["SequenceNumber"], d) for r, d in zip(answer["Records"], many))
    retries += answer["ResponseMetadata"]["RetryAttempts"]
assert retries >= 4, f"The proxy was to lose an answer of each call; boto3 tried {retries} again."

read = []
for shard in direct.list_shards(StreamName=stream)["Shards"]:
    iterator = direct.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = direct.get_records(ShardIterator=iterator)
        read += [(r["SequenceNumber"], r["Data"]) for r in answer["Records"]]
        iterator = answer["NextShardIterator"]
        if answer["MillisBehindLatest"] == 0 and not answer["Records"]:
            break
assert len(read) == len(acknowledged), (len(read), len(acknowledged))
assert dict(read) == acknowledged, "The numbers that boto3 got are not those of the records."
print("boto3", boto3.__version__, "tried", retries, "times again;", len(read), "records, each once")
