"""Meets the rates of a delivery stream with an unmodified boto3, on a gateway whose clock stands still: usage: boto3_firehose_limits.py ENDPOINT NAME"""
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, name = sys.argv[1:]
# One try: with more, boto3 waits for a second that does not come.
firehose = boto3.client("firehose", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))


def equal(expected, actual):
    assert expected == actual, f"\n  expected {expected!r}\n  but got  {actual!r}"


def error_of(operation, **parameters):
    try:
        operation(**parameters)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"], refusal.response["Error"]["Message"]
    raise AssertionError("It was not refused.")


firehose.create_delivery_stream(
    DeliveryStreamName=name, S3DestinationConfiguration={"RoleARN": "arn:aws:iam::000000000000:role/firehose", "BucketARN": "arn:aws:s3:::badges"})
for _ in range(5):
    firehose.describe_delivery_stream(DeliveryStreamName=name)
equal(("ThrottlingException", "Please slow down. Max limit of 5 RPS has breached for DescribeDeliveryStream."),
      error_of(firehose.describe_delivery_stream, DeliveryStreamName=name))

batch = firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"x" * 400_000}] * 4)
equal(2, batch["FailedPutCount"])
equal([None, None, "ServiceUnavailableException", "ServiceUnavailableException"], [r.get("ErrorCode") for r in batch["RequestResponses"]])
equal("Slow down.", batch["RequestResponses"][2]["ErrorMessage"])
equal(("ServiceUnavailableException", "Slow down."), error_of(firehose.put_record, DeliveryStreamName=name, Record={"Data": b"x" * 400_000}))
try:
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x" * 400_000})
except firehose.exceptions.ServiceUnavailableException:
    pass
