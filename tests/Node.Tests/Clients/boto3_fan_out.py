"""Receives by SubscribeToShard what is put while the shard splits; only the endpoint differs from AWS. Usage: boto3_fan_out.py ENDPOINT STREAM RECORDS"""
import os
import sys
import threading
import time

import boto3
from botocore.config import Config

endpoint, stream, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
kinesis = boto3.client("kinesis", endpoint_url=endpoint, config=Config(read_timeout=20, retries={"mode": "standard"}))
KEYS = 8
failures = []

kinesis.create_stream(StreamName=stream, ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="reports")["Consumer"]["ConsumerARN"]
while kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] != "ACTIVE":
    time.sleep(0.1)


def guarded(action):
    def run(*arguments):
        try:
            action(*arguments)
        except BaseException as e:  # Told at the end; a thread that dies in silence would look like a hang.
            failures.append(e)
            done.set()
    return run


@guarded
def produce():
    """Numbers each key's records; half way the shard is split."""
    for first in range(0, count, 500):
        if first == count // 2 // 500 * 500:
            kinesis.split_shard(StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2 ** 127))
        numbers = range(first, min(first + 500, count))
        answer = kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": f"k{i % KEYS}", "Data": str(i).encode()} for i in numbers])
        assert answer["FailedRecordCount"] == 0, [r for r in answer["Records"] if "ErrorCode" in r][:3]


received = {f"k{i}": [] for i in range(KEYS)}
numbers_seen = set()
done = threading.Event()
lock = threading.Lock()
readers = []


@guarded
def consume(shard):
    position = {"Type": "TRIM_HORIZON"}
    while not done.is_set():
        last_sequence = ""
        for event in kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition=position)["EventStream"]:
            event = event["SubscribeToShardEvent"]
            with lock:
                for record in event["Records"]:
                    assert record["SequenceNumber"] > last_sequence and record["SequenceNumber"] not in numbers_seen, record
                    last_sequence = record["SequenceNumber"]
                    numbers_seen.add(last_sequence)
                    received[record["PartitionKey"]].append(int(record["Data"]))
                if len(numbers_seen) >= count:
                    done.set()
            if event.get("ChildShards"):
                assert "ContinuationSequenceNumber" not in event, event
                for child in event["ChildShards"]:
                    start(consume, child["ShardId"])
                return
            position = {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": event["ContinuationSequenceNumber"]}
            if done.is_set():
                return


def start(action, *arguments):
    thread = threading.Thread(target=action, args=arguments, daemon=True)
    readers.append(thread)
    thread.start()


start(consume, "shardId-000000000000")
start(produce)
finished = done.wait(100)
if failures:
    raise failures[0]
assert finished, f"{len(numbers_seen)} of {count} came"
for key, numbers in received.items():
    expected = [i for i in range(count) if f"k{i % KEYS}" == key]
    assert numbers == expected, (key, len(numbers), len(expected))
shards = kinesis.list_shards(StreamName=stream)["Shards"]
assert len(shards) == 3, shards
print("boto3", boto3.__version__, "received", len(numbers_seen), flush=True)
# Subscriptions to the children are still open.
os._exit(0)
