from conformance import *


def register(created, called="c", **parameters):
    return kinesis.register_stream_consumer(StreamARN=arn_of(created), ConsumerName=called, **parameters)["Consumer"]


@case
def the_answer_says_creating_and_then_it_is_active():
    created = stream()
    told = register(created)
    equal({"ConsumerName", "ConsumerARN", "ConsumerStatus", "ConsumerCreationTimestamp"}, set(told))
    equal(("c", "CREATING"), (told["ConsumerName"], told["ConsumerStatus"]))
    equal(f"{arn_of(created)}/consumer/c:{int(told['ConsumerCreationTimestamp'].timestamp())}", told["ConsumerARN"])
    eventually(lambda: kinesis.describe_stream_consumer(
        ConsumerARN=told["ConsumerARN"])["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE")


@case
def a_name_is_taken_once_in_a_stream():
    created = stream()
    register(created)
    expect_error(IN_USE, f"Consumer c of stream {created} under account {ACCOUNT} already exists.", register, created=created)
    register(stream())


@case
def a_stream_has_up_to_twenty():
    created = stream()
    for i in range(20):
        register(created, f"c{i}")
    expect_error(
        LIMIT, f"Stream {created} under account {ACCOUNT} has 20 registered consumers, as many as it may have.", register, created=created)


@case
def names_have_1_to_128_of_the_allowed_characters():
    created = stream()
    register(created, "A_.-9".ljust(128, "x"))
    for wrong, constraints in (("a b", [NAME]), ("", [NAME, long_at_least(1)]), ("x" * 129, [long_at_most(128)])):
        expect_violations([fails(wrong, "consumerName", c) for c in constraints], register, created=created, called=wrong)


@case
def violations_are_listed():
    expect_violations([null("consumerName"), null("streamARN")], kinesis.register_stream_consumer)
    expect_error(
        INVALID, "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.",
        register, created=stream(), Tags={"a!": "b"})


@case
def the_stream_must_be_there():
    expect_stream_arn(kinesis.register_stream_consumer, ConsumerName="c")
