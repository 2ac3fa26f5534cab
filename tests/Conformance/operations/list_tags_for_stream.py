from conformance import *


def keys(answer):
    return [t["Key"] for t in answer["Tags"]]


@case
def tags_come_in_order_of_key_in_pages():
    created = stream(1, Tags={"b": "", "a": "1", "C": "2", "ä": "3"})
    first = kinesis.list_tags_for_stream(StreamName=created, Limit=2)
    rest = kinesis.list_tags_for_stream(StreamARN=arn_of(created), ExclusiveStartTagKey="a")
    equal((["C", "a"], True), (keys(first), first["HasMoreTags"]))
    equal(([{"Key": "b", "Value": ""}, {"Key": "ä", "Value": "3"}], False), (rest["Tags"], rest["HasMoreTags"]))
    equal(["a", "b", "ä"], keys(kinesis.list_tags_for_stream(StreamName=created, ExclusiveStartTagKey="D")))
    equal([], keys(kinesis.list_tags_for_stream(StreamName=created, ExclusiveStartTagKey="ü")))


@case
def a_stream_without_tags_has_an_empty_list():
    answer = kinesis.list_tags_for_stream(StreamName=stream())
    equal(([], False), (answer["Tags"], answer["HasMoreTags"]))


@case
def the_limit_is_1_to_50():
    created = stream(1, Tags={"a": "1"})
    equal(["a"], keys(kinesis.list_tags_for_stream(StreamName=created, Limit=50)))
    for wrong, constraint in ((0, at_least(1)), (51, at_most(50))):
        expect_violations(fails(wrong, "limit", constraint), kinesis.list_tags_for_stream, StreamName=created, Limit=wrong)
    for wrong, constraint in (("", long_at_least(1)), ("k" * 129, long_at_most(128))):
        expect_violations(
            fails(wrong, "exclusiveStartTagKey", constraint), kinesis.list_tags_for_stream, StreamName=created, ExclusiveStartTagKey=wrong)


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.list_tags_for_stream)
