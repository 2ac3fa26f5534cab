from conformance import *


@case
def streams_and_consumers_are_tagged():
    created = stream(1, Tags={"a": "1"})
    arn = consumer(created)
    kinesis.tag_resource(ResourceARN=arn_of(created), Tags={"b": "2"})
    kinesis.tag_resource(ResourceARN=arn, Tags={"c": "3"})
    equal([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], kinesis.list_tags_for_stream(StreamName=created)["Tags"])
    equal([{"Key": "c", "Value": "3"}], kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"])


@case
def each_has_up_to_fifty_tags():
    created = stream()
    arn = consumer(created)
    full = {f"k{i}": "v" for i in range(50)}
    for resource, told in ((arn_of(created), f"stream {created}"), (arn, f"consumer c of stream {created}")):
        kinesis.tag_resource(ResourceARN=resource, Tags=full)
        expect_error(
            INVALID, f"Failed to add tags to {told} under account {ACCOUNT} because it cannot have more than 50 tags associated with it.",
            kinesis.tag_resource, ResourceARN=resource, Tags={"one": "more"})


@case
def violations_are_listed():
    created = arn_of(stream())
    expect_violations([null("tags"), null("resourceARN")], kinesis.tag_resource)
    expect_violations(fails("{}", "tags", long_at_least(1)), kinesis.tag_resource, ResourceARN=created, Tags={})
    expect_error(
        INVALID, "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.",
        kinesis.tag_resource, ResourceARN=created, Tags={"a*": "b"})


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.tag_resource, Tags={"a": "b"})
