from conformance import *


@case
def tags_of_streams_and_consumers_are_removed():
    created = stream(1, Tags={"a": "1", "b": "2"})
    arn = consumer(created)
    kinesis.tag_resource(ResourceARN=arn, Tags={"a": "1", "c": "3"})
    for resource in (arn_of(created), arn):
        kinesis.untag_resource(ResourceARN=resource, TagKeys=["a", "nope"])
    equal([{"Key": "b", "Value": "2"}], kinesis.list_tags_for_resource(ResourceARN=arn_of(created))["Tags"])
    equal([{"Key": "c", "Value": "3"}], kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"])


@case
def violations_are_listed():
    created = arn_of(stream())
    expect_violations([null("tagKeys"), null("resourceARN")], kinesis.untag_resource)
    expect_violations(fails("[]", "tagKeys", long_at_least(1)), kinesis.untag_resource, ResourceARN=created, TagKeys=[])
    many = [f"k{i}" for i in range(51)]
    expect_violations(fails(f"[{', '.join(many)}]", "tagKeys", long_at_most(50)), kinesis.untag_resource, ResourceARN=created, TagKeys=many)


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.untag_resource, TagKeys=["a"])
