from conformance import *


@case
def tags_of_streams_and_consumers_come_in_order_of_key():
    created = stream(1, Tags={"b": "", "a": "1"})
    arn = consumer(created)
    equal([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}], kinesis.list_tags_for_resource(ResourceARN=arn_of(created))["Tags"])
    equal([], kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"])


@case
def a_consumer_is_tagged_at_its_registration():
    created = stream()
    arn = kinesis.register_stream_consumer(StreamARN=arn_of(created), ConsumerName="c", Tags={"a": "1"})["Consumer"]["ConsumerARN"]
    equal([{"Key": "a", "Value": "1"}], kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"])


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.list_tags_for_resource)
