"""Puts records at a steady rate until standard input ends, through boto3 as it comes.

usage: steady_puts.py ADDRESSES PORT STREAM RECORDS_PER_SECOND

One name stands for the addresses of all nodes, as in DNS. boto3 tries again what failed, as often as it does by default; what fails
after that is counted. The last line is a JSON object.
"""
import json
import random
import socket
import sys
import threading
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

NAME = "actorstreams.internal"
THREADS = 4
RECORDS = 500
RECORD_BYTES = 100

addresses, port, stream, rate = sys.argv[1].split(","), sys.argv[2], sys.argv[3], int(sys.argv[4])
resolve = socket.getaddrinfo


def resolve_all(host, *args, **kwargs):
    if host != NAME:
        return resolve(host, *args, **kwargs)
    # In another order each time, as a name server hands them out; who connects tries one after the other.
    return [found for address in random.sample(addresses, len(addresses)) for found in resolve(address, *args, **kwargs)]


socket.getaddrinfo = resolve_all
stop = threading.Event()
lock = threading.Lock()
totals = {"calls": 0, "records": 0, "retries": 0, "failed_records": 0, "failures": [], "slowest_s": 0.0}


def put(number):
    kinesis = boto3.client(
        "kinesis", endpoint_url=f"http://{NAME}:{port}", region_name="eu-test-1",
        aws_access_key_id="test", aws_secret_access_key="test", config=Config(connect_timeout=2))
    call = 0
    due = time.monotonic() + number * RECORDS / rate
    while not stop.is_set():
        entries = [
            {"PartitionKey": f"key-{i % 64}", "Data": f"{number}-{call}-{i} ".ljust(RECORD_BYTES, ".").encode()}
            for i in range(RECORDS)]
        call += 1
        begun = time.monotonic()
        failure, failed, retries = None, 0, 0
        try:
            answer = kinesis.put_records(StreamName=stream, Records=entries)
            failed, retries = answer["FailedRecordCount"], answer["ResponseMetadata"]["RetryAttempts"]
            if failed:
                failure = next(r for r in answer["Records"] if "ErrorCode" in r)
        except (BotoCoreError, ClientError) as error:
            failure, failed = str(error), RECORDS
        now = time.monotonic()
        with lock:
            totals["calls"] += 1
            totals["records"] += RECORDS - failed
            totals["failed_records"] += failed
            totals["retries"] += retries
            totals["slowest_s"] = max(totals["slowest_s"], now - begun)
            if failure and len(totals["failures"]) < 10:
                totals["failures"].append({"at_s": round(now - start, 2), "took_s": round(now - begun, 2), "error": failure})
        due = max(due + THREADS * RECORDS / rate, now - 1)
        time.sleep(max(0.0, due - now))


start = time.monotonic()
workers = [threading.Thread(target=put, args=(i,)) for i in range(THREADS)]
for worker in workers:
    worker.start()
sys.stdin.read()
stop.set()
for worker in workers:
    worker.join()
totals["records_per_s"] = round(totals["records"] / (time.monotonic() - start))
print(json.dumps(totals))
