"""What the specs of all operations share: clients of the node under test, streams of their own, and errors to the letter."""
import itertools
import json
import os
import time
import urllib.error
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ACCOUNT = "000000000000"
OTHER_ACCOUNT = "111111111111"
REGION = "mars-north-1"
ENDPOINT = os.environ["CONFORMANCE_ENDPOINT"]
# Of a node that holds to the rates of the service.
LIMITED_ENDPOINT = os.environ.get("CONFORMANCE_LIMITED_ENDPOINT", ENDPOINT)

# Access keys of the node under test: one of its own account, one of a partner's.
OWNER = ("owner", "owner-secret")
PARTNER = ("partner", "partner-secret")

LAST_HASH_KEY = 2**128 - 1

_numbers = itertools.count(1)


def case(function):
    """Marks a function as a case to run; its name is a sentence."""
    function.is_case = True
    return function


def client(region=REGION, key=OWNER, endpoint=ENDPOINT):
    """An unmodified SDK, but for two things: it sends invalid parameters, and shows each error instead of trying again."""
    return boto3.client(
        "kinesis", endpoint_url=endpoint, region_name=region, aws_access_key_id=key[0], aws_secret_access_key=key[1],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=8, read_timeout=60))


kinesis = client()


def name(prefix="s"):
    """A name that nothing has yet."""
    return f"{prefix}-{next(_numbers)}-{os.getpid()}"


def arn_of(stream, region=REGION, account=ACCOUNT):
    return f"arn:aws:kinesis:{region}:{account}:stream/{stream}"


def stream(shards=1, on=None, **parameters):
    """A new stream, ACTIVE; on-demand where shards is None."""
    on, created = on or kinesis, name()
    on.create_stream(StreamName=created, **({} if shards is None else {"ShardCount": shards}), **parameters)
    return until_active(created, on)


def limited_stream(shards=1):
    """A client of the node that holds to the rates of the service, and a stream there. Rates are counted by region, so each has its own."""
    there = client(name("mars-limited"), endpoint=LIMITED_ENDPOINT)
    return there, stream(shards, there)


def until_active(created, on=None):
    eventually(lambda: summary(created, on)["StreamStatus"] == "ACTIVE")
    return created


def is_gone(created):
    try:
        summary(created)
        return False
    except kinesis.exceptions.ResourceNotFoundException:
        return True


def summary(created, on=None):
    return (on or kinesis).describe_stream_summary(StreamName=created)["StreamDescriptionSummary"]


def shards_of(created):
    return kinesis.list_shards(StreamName=created)["Shards"]


def consumer(created, called="c"):
    """A fan-out consumer of the stream, ACTIVE; its ARN."""
    arn = kinesis.register_stream_consumer(StreamARN=arn_of(created), ConsumerName=called)["Consumer"]["ConsumerARN"]
    eventually(lambda: kinesis.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE")
    return arn


def put(created, data=b"x", key="k", **parameters):
    return kinesis.put_record(StreamName=created, PartitionKey=key, Data=data, **parameters)


def iterator(created, kind="TRIM_HORIZON", shard="shardId-000000000000", **parameters):
    return kinesis.get_shard_iterator(StreamName=created, ShardId=shard, ShardIteratorType=kind, **parameters)["ShardIterator"]


def read(created, *arguments, **parameters):
    """The data of what one read gives from an iterator as of iterator()."""
    return [r["Data"] for r in kinesis.get_records(ShardIterator=iterator(created, *arguments, **parameters))["Records"]]


def eventually(condition, patience_seconds=30):
    deadline = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {patience_seconds} s"
        # Less often than DescribeStreamSummary may be called where rates hold.
        time.sleep(0.06)


def equal(expected, actual):
    assert expected == actual, f"\n  expected {expected!r}\n  but got  {actual!r}"


def expect_error(code, message, call, **parameters):
    """Fails unless the call is answered with status 400 and exactly this error."""
    try:
        answer = call(**parameters)
    except ClientError as e:
        error = e.response["Error"]
        equal((code, message), (error["Code"], error.get("Message", "")))
        equal(400, e.response["ResponseMetadata"]["HTTPStatusCode"])
        return
    raise AssertionError(f"expected {code}: {message}\n  but got  {answer}")


def expect_violations(items, call, **parameters):
    """The ValidationException that lists exactly these items, in this order."""
    items = [items] if isinstance(items, str) else items
    count = "1 validation error" if len(items) == 1 else f"{len(items)} validation errors"
    expect_error("ValidationException", f"{count} detected: {'; '.join(items)}", call, **parameters)


def expect_refusal(code, message, call, **parameters):
    """Calls again and again until a rate is used up, which must be told by exactly this error."""
    for _ in range(300):
        try:
            call(**parameters)
        except ClientError as e:
            equal((code, message, 400), (
                e.response["Error"]["Code"], e.response["Error"]["Message"], e.response["ResponseMetadata"]["HTTPStatusCode"]))
            return
    raise AssertionError(f"300 calls were taken, and none refused with {code}: {message}")


def null(member):
    return f"Value null at '{member}' failed to satisfy constraint: Member must not be null"


def fails(value, member, constraint):
    return f"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"


def pattern(expression):
    return f"Member must satisfy regular expression pattern: {expression}"


def one_of(values):
    return f"Member must satisfy enum value set: [{values}]"


def at_least(value):
    return f"Member must have value greater than or equal to {value}"


def at_most(value):
    return f"Member must have value less than or equal to {value}"


def long_at_least(length):
    return f"Member must have length greater than or equal to {length}"


def long_at_most(length):
    return f"Member must have length less than or equal to {length}"


NAME = pattern("[a-zA-Z0-9_.-]+")
STREAM_ARN = pattern(r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+")
RESOURCE_ARN = pattern(r"arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+")
SEQUENCE_NUMBER = pattern(r"0|([1-9]\d{0,128})")
HASH_KEY = pattern(r"0|([1-9]\d{0,38})")
NOT_FOUND = "ResourceNotFoundException"
INVALID = "InvalidArgumentException"
IN_USE = "ResourceInUseException"
LIMIT = "LimitExceededException"
VALIDATION = "ValidationException"


def not_found(created, account=ACCOUNT):
    return f"Stream {created} under account {account} not found."


def expect_named_stream(call, unknown=not_found, **others):
    """An operation on a stream by name or ARN: wrong, missing and unknown ones, which it tells in some words about the name."""
    expect_violations([fails("a b", "streamName", NAME)], call, StreamName="a b", **others)
    expect_violations([fails("", "streamName", NAME), fails("", "streamName", long_at_least(1))], call, StreamName="", **others)
    long = "a" * 129
    expect_violations([fails(long, "streamName", long_at_most(128))], call, StreamName=long, **others)
    expect_error(NOT_FOUND, unknown("a" * 128), call, StreamName="a" * 128, **others)
    expect_error(INVALID, "Either StreamName or StreamARN must be given.", call, **others)
    expect_error(
        INVALID, f"StreamName t and StreamARN {arn_of('nope')} name different streams.", call, StreamName="t", StreamARN=arn_of("nope"), **others)
    expect_stream_arn(call, unknown, **others)


def expect_stream_arn(call, unknown=not_found, **others):
    """An operation on a stream by ARN: wrong and unknown ones."""
    expect_violations([fails("s", "streamARN", STREAM_ARN)], call, StreamARN="s", **others)
    expect_error(NOT_FOUND, unknown("nope"), call, StreamARN=arn_of("nope"), **others)
    expect_error(NOT_FOUND, not_found("s", "123456789012"), call, StreamARN=arn_of("s", account="123456789012"), **others)
    expect_error(NOT_FOUND, not_found("s"), call, StreamARN=arn_of("s", region="mars-south-1"), **others)
    expect_error(
        INVALID, f"StreamARN {arn_of('s')}/consumer/c:1 does not name a stream.", call, StreamARN=f"{arn_of('s')}/consumer/c:1", **others)


def expect_resource(call, **others):
    """An operation on a stream or consumer by ResourceARN: wrong, missing and unknown ones."""
    expect_violations(null("resourceARN"), call, **others)
    expect_violations(fails("s", "resourceARN", RESOURCE_ARN), call, ResourceARN="s", **others)
    expect_error(NOT_FOUND, not_found("nope"), call, ResourceARN=arn_of("nope"), **others)
    expect_error(
        INVALID, f"ResourceARN {arn_of('s')}/consumer/c names neither a stream nor a consumer of one.",
        call, ResourceARN=f"{arn_of('s')}/consumer/c", **others)
    gone = f"{arn_of(stream())}/consumer/c:1"
    expect_error(NOT_FOUND, f"Consumer {gone}, account {ACCOUNT} not found.", call, ResourceARN=gone, **others)


def expect_wrong_type(message, operation, body):
    """A member of a wrong type, which the SDK would not send; the service spells its message with a capital there."""
    equal((400, {"__type": "SerializationException", "Message": message}), raw(operation, body))


def raw(operation, body, key=OWNER):
    """A signed call of what this SDK has no method or no way for; status and JSON of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = AWSRequest("POST", ENDPOINT, data=data, headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Kinesis_20131202.{operation}"})
    SigV4Auth(Credentials(*key), "kinesis", REGION).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(ENDPOINT, data, dict(request.headers))) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as e:
        status, text = e.code, e.read()
    return status, json.loads(text) if text else None
