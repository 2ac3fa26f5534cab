"""Walks through the life of delivery streams with an unmodified boto3: usage: boto3_firehose.py ENDPOINT NAME [BUCKET_ARN]

BUCKET_ARN is one that the endpoint can deliver to; nothing is looked for in it.
"""
import sys
import time

import boto3

ROLE = "arn:aws:iam::000000000000:role/firehose"
endpoint, name, *rest = sys.argv[1:]
bucket = rest[0] if rest else "arn:aws:s3:::badges"
firehose = boto3.client("firehose", endpoint_url=endpoint)
kinesis = boto3.client("kinesis", endpoint_url=endpoint)
errors = firehose.exceptions
called = set()
firehose.meta.events.register("before-call.firehose.*", lambda model, **_: called.add(model.name))


def equal(expected, actual):
    assert expected == actual, f"\n  expected {expected!r}\n  but got  {actual!r}"


def refused(error, operation, **parameters):
    try:
        operation(**parameters)
    except error as refusal:
        return refusal.response["Error"]["Message"]
    raise AssertionError(f"{operation.__name__} was not refused.")


def describe(created):
    return firehose.describe_delivery_stream(DeliveryStreamName=created)["DeliveryStreamDescription"]


def active(created):
    for _ in range(150):
        description = describe(created)
        if description["DeliveryStreamStatus"] == "ACTIVE":
            return description
        assert description["DeliveryStreamStatus"] == "CREATING", description
        time.sleep(0.2)
    raise AssertionError(f"{created} is not ACTIVE.")


arn = firehose.create_delivery_stream(
    DeliveryStreamName=name,
    ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE,
        "BucketARN": bucket,
        "Prefix": "in/!{timestamp:yyyy/MM/dd}/",
        "ErrorOutputPrefix": "bad/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        "CompressionFormat": "GZIP",
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [{"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}],
        },
    },
    Tags=[{"Key": "team", "Value": "blue"}],
)["DeliveryStreamARN"]
assert arn.endswith(f":deliverystream/{name}"), arn
description = active(name)
equal((arn, "DirectPut", "1"), tuple(description[m] for m in ("DeliveryStreamARN", "DeliveryStreamType", "VersionId")))
destination = description["Destinations"][0]["ExtendedS3DestinationDescription"]
equal({"SizeInMBs": 1, "IntervalInSeconds": 60}, destination["BufferingHints"])
equal("GZIP", destination["CompressionFormat"])
refused(errors.ResourceInUseException, firehose.create_delivery_stream, DeliveryStreamName=name, S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": bucket})
refused(errors.InvalidArgumentException, firehose.create_delivery_stream, DeliveryStreamName=f"{name}-none")

one = firehose.put_record(DeliveryStreamName=name, Record={"Data": b"one badge"})
assert one["RecordId"] and one["Encrypted"] is False, one
batch = firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"%d" % i} for i in range(500)])
equal((0, 500), (batch["FailedPutCount"], len({r["RecordId"] for r in batch["RequestResponses"]})))
equal(f"Firehose {name}-none under account 000000000000 not found.",
      refused(errors.ResourceNotFoundException, firehose.put_record, DeliveryStreamName=f"{name}-none", Record={"Data": b""}))

assert name in firehose.list_delivery_streams(Limit=100, DeliveryStreamType="DirectPut")["DeliveryStreamNames"]

firehose.update_destination(
    DeliveryStreamName=name, CurrentDeliveryStreamVersionId="1", DestinationId=description["Destinations"][0]["DestinationId"],
    ExtendedS3DestinationUpdate={"BufferingHints": {"IntervalInSeconds": 120}})
description = describe(name)
equal("2", description["VersionId"])
equal({"SizeInMBs": 1, "IntervalInSeconds": 120}, description["Destinations"][0]["ExtendedS3DestinationDescription"]["BufferingHints"])
refused(
    errors.ConcurrentModificationException, firehose.update_destination, DeliveryStreamName=name, CurrentDeliveryStreamVersionId="1",
    DestinationId="destinationId-000000000001", ExtendedS3DestinationUpdate={})

firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=[{"Key": "cost", "Value": "7"}])
firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=["team"])
equal(([{"Key": "cost", "Value": "7"}], False),
      tuple(firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)[m] for m in ("Tags", "HasMoreTags")))

refused(
    errors.InvalidKMSResourceException, firehose.start_delivery_stream_encryption, DeliveryStreamName=name,
    DeliveryStreamEncryptionConfigurationInput={"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": "arn:aws:kms:mars-north-1:000000000000:key/none"})
firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)

kinesis.create_stream(StreamName=name, ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
source = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
firehose.create_delivery_stream(
    DeliveryStreamName=f"{name}-k", DeliveryStreamType="KinesisStreamAsSource",
    KinesisStreamSourceConfiguration={"KinesisStreamARN": source, "RoleARN": ROLE},
    S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": bucket})
shown = active(f"{name}-k")["Source"]["KinesisStreamSourceDescription"]
equal((source, ROLE), (shown["KinesisStreamARN"], shown["RoleARN"]))
refused(errors.InvalidArgumentException, firehose.put_record, DeliveryStreamName=f"{name}-k", Record={"Data": b"x"})

# What the service has not is named in ways that its SDKs send and show.
firehose.create_delivery_stream(
    DeliveryStreamName=f"{name}-avro",
    ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE,
        "BucketARN": bucket,
        "DataFormatConversionConfiguration": {
            "Enabled": True,
            "SchemaConfiguration": {"RoleARN": ROLE},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        },
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [{"Type": "AvroSerDe", "Parameters": [{"ParameterName": "Compression", "ParameterValue": "DEFLATE"}]}],
        },
    })
shown = active(f"{name}-avro")["Destinations"][0]["ExtendedS3DestinationDescription"]["ProcessingConfiguration"]["Processors"]
equal([{"Type": "AvroSerDe", "Parameters": [{"ParameterName": "Compression", "ParameterValue": "DEFLATE"}]}], shown)

for created in (name, f"{name}-k", f"{name}-avro"):
    firehose.delete_delivery_stream(DeliveryStreamName=created)
for _ in range(150):
    left = [n for n in (name, f"{name}-k", f"{name}-avro") if n in firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"]]
    if not left:
        break
    time.sleep(0.2)
equal([], left)
refused(errors.ResourceNotFoundException, firehose.describe_delivery_stream, DeliveryStreamName=name)
equal(set(firehose.meta.service_model.operation_names), called)
