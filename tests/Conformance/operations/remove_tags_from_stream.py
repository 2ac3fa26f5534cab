from conformance import *


@case
def tags_are_removed_whether_they_are_there_or_not():
    created = stream(1, Tags={"a": "1", "b": "2", "c": "3"})
    kinesis.remove_tags_from_stream(StreamName=created, TagKeys=["a", "nope"])
    kinesis.remove_tags_from_stream(StreamARN=arn_of(created), TagKeys=["c", "c"])
    equal([{"Key": "b", "Value": "2"}], kinesis.list_tags_for_stream(StreamName=created)["Tags"])


@case
def keys_are_1_to_50_of_up_to_128_characters():
    created = stream()
    kinesis.remove_tags_from_stream(StreamName=created, TagKeys=[f"k{i}".ljust(128, "x") for i in range(50)])
    many = [f"k{i}" for i in range(51)]
    expect_violations(
        fails(f"[{', '.join(many)}]", "tagKeys", long_at_most(50)), kinesis.remove_tags_from_stream, StreamName=created, TagKeys=many)
    expect_violations(null("tagKeys"), kinesis.remove_tags_from_stream, StreamName=created)
    expect_violations(fails("[]", "tagKeys", long_at_least(1)), kinesis.remove_tags_from_stream, StreamName=created, TagKeys=[])
    long = "k" * 129
    expect_violations(
        fails(f"[a, {long}]", "tagKeys", "Member must satisfy constraint: "
              "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
        kinesis.remove_tags_from_stream, StreamName=created, TagKeys=["a", long])


@case
def other_characters_are_refused():
    created = stream()
    expect_error(
        INVALID, "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.",
        kinesis.remove_tags_from_stream, StreamName=created, TagKeys=["a;b"])


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.remove_tags_from_stream, TagKeys=["a"])
