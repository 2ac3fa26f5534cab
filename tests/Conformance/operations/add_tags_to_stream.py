from conformance import *

CHARACTERS = "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @."


def tags_of(created):
    return {t["Key"]: t["Value"] for t in kinesis.list_tags_for_stream(StreamName=created)["Tags"]}


@case
def tags_are_added_and_replaced():
    created = stream()
    kinesis.add_tags_to_stream(StreamName=created, Tags={"a": "1", "ü _./=+-%@:": ""})
    kinesis.add_tags_to_stream(StreamARN=arn_of(created), Tags={"a": "2", "b": "ä 1"})
    equal({"a": "2", "b": "ä 1", "ü _./=+-%@:": ""}, tags_of(created))


@case
def keys_have_up_to_128_and_values_up_to_256_characters():
    created = stream()
    kinesis.add_tags_to_stream(StreamName=created, Tags={"k" * 128: "v" * 256})
    key, value = "k" * 129, "v" * 257
    expect_violations(
        fails(f"{{{key}=v}}", "tags", "Map keys must satisfy constraint: "
              "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]"),
        kinesis.add_tags_to_stream, StreamName=created, Tags={key: "v"})
    expect_violations(
        fails(f"{{k={value}}}", "tags", "Map value must satisfy constraint: "
              "[Member must have length less than or equal to 256, Member must have length greater than or equal to 0]"),
        kinesis.add_tags_to_stream, StreamName=created, Tags={"k": value})


@case
def other_characters_are_refused():
    created = stream()
    for tags in ({"a!": "1"}, {"a": "b\tc"}, {"a": "ü\n"}, {"a": "#"}):
        expect_error(INVALID, CHARACTERS, kinesis.add_tags_to_stream, StreamName=created, Tags=tags)
    expect_error(
        INVALID, "Tag key aws:a begins with aws:, which is reserved.", kinesis.add_tags_to_stream, StreamName=created, Tags={"aws:a": "1"})


@case
def a_stream_has_up_to_fifty_tags():
    created = stream()
    kinesis.add_tags_to_stream(StreamName=created, Tags={f"k{i}": "v" for i in range(50)})
    kinesis.add_tags_to_stream(StreamName=created, Tags={"k0": "other"})
    expect_error(
        INVALID, f"Failed to add tags to stream {created} under account {ACCOUNT} because it cannot have more than 50 tags associated with it.",
        kinesis.add_tags_to_stream, StreamName=created, Tags={"k50": "v"})
    equal(50, len(tags_of(created)))


@case
def violations_are_listed():
    expect_violations(null("tags"), kinesis.add_tags_to_stream, StreamName="s")
    expect_violations(fails("{}", "tags", long_at_least(1)), kinesis.add_tags_to_stream, StreamName="s", Tags={})
    expect_wrong_type("Expected map or null", "AddTagsToStream", {"StreamName": "s", "Tags": "a"})


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.add_tags_to_stream, Tags={"a": "b"})
