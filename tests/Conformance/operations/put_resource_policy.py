from conformance import *

partner = client(key=PARTNER)


def allow(resource, action, principal=OTHER_ACCOUNT, effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": resource}]})


def attach(resource, policy):
    kinesis.put_resource_policy(ResourceARN=resource, Policy=policy)


def not_allowed(operation, resource):
    return (f"User: arn:aws:iam::{OTHER_ACCOUNT}:user/reports is not authorized to perform: kinesis:{operation} on resource: {resource} "
            f"because no resource-based policy allows the kinesis:{operation} action")


@case
def another_account_may_what_a_policy_allows_and_nothing_else():
    created = stream()
    arn = arn_of(created)
    put(created, b"1")
    describe = dict(call=partner.describe_stream_summary, StreamARN=arn)
    expect_error("AccessDeniedException", not_allowed("DescribeStreamSummary", arn), **describe)
    attach(arn, allow(arn, ["kinesis:DescribeStreamSummary", "kinesis:Get*"]))
    equal(arn, partner.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]["StreamARN"])
    given = partner.get_shard_iterator(StreamARN=arn, ShardId="0", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    equal([b"1"], [r["Data"] for r in partner.get_records(ShardIterator=given)["Records"]])
    expect_error(
        "AccessDeniedException", not_allowed("PutRecord", arn), partner.put_record, StreamARN=arn, PartitionKey="k", Data=b"")
    attach(arn, allow(arn, "kinesis:PutRecord"))
    partner.put_record(StreamARN=arn, PartitionKey="k", Data=b"2")
    expect_error("AccessDeniedException", not_allowed("GetRecords", arn), partner.get_records, ShardIterator=given)


@case
def a_denial_outweighs_what_is_allowed_even_for_the_owner():
    created = stream()
    arn = arn_of(created)
    attach(arn, allow(arn, "kinesis:PutRecord", f"arn:aws:iam::{ACCOUNT}:user/owner", "Deny"))
    expect_error(
        "AccessDeniedException", f"User: arn:aws:iam::{ACCOUNT}:user/owner is not authorized to perform: kinesis:PutRecord on resource: {arn} "
        "with an explicit deny in a resource-based policy", put, created=created)
    kinesis.put_records(StreamName=created, Records=[{"PartitionKey": "k", "Data": b""}])


@case
def a_consumer_has_a_policy_of_its_own():
    arn = consumer(stream())
    attach(arn, allow(arn, "kinesis:DescribeStreamConsumer"))
    equal("c", partner.describe_stream_consumer(ConsumerARN=arn)["ConsumerDescription"]["ConsumerName"])
    expect_error(
        INVALID, "The policy cannot be attached: Action in statement 1 'kinesis:PutRecord' is none that this resource can be shared for; "
        "allowed are kinesis:DescribeStreamConsumer, kinesis:SubscribeToShard, and wildcards that cover one of them.",
        attach, resource=arn, policy=allow(arn, "kinesis:PutRecord"))


@case
def a_policy_must_be_one():
    arn = arn_of(stream())
    expect_error(INVALID, "The policy cannot be attached: it is not JSON.", attach, resource=arn, policy="x")
    large = allow(arn, "kinesis:Get*").ljust(20 * 1024)
    attach(arn, large)
    expect_error(
        INVALID, f"The policy cannot be attached: it has {20 * 1024 + 1} bytes; allowed are {20 * 1024}.", attach, resource=arn, policy=large + " ")
    expect_violations([null("policy"), null("resourceARN")], kinesis.put_resource_policy)


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.put_resource_policy, Policy=allow("*", "kinesis:Get*"))
