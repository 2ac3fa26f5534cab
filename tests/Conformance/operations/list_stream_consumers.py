from conformance import *


def names(answer):
    return [c["ConsumerName"] for c in answer["Consumers"]]


@case
def consumers_come_in_order_of_name_in_pages():
    created = stream()
    arns = {called: consumer(created, called) for called in ("b", "a", "C")}
    first = kinesis.list_stream_consumers(StreamARN=arn_of(created), MaxResults=2)
    rest = kinesis.list_stream_consumers(StreamARN=arn_of(created), NextToken=first["NextToken"])
    equal((["C", "a"], ["b"], False), (names(first), names(rest), "NextToken" in rest))
    equal({"ConsumerName", "ConsumerARN", "ConsumerStatus", "ConsumerCreationTimestamp"}, set(rest["Consumers"][0]))
    equal((arns["b"], "ACTIVE"), (rest["Consumers"][0]["ConsumerARN"], rest["Consumers"][0]["ConsumerStatus"]))
    pages = kinesis.get_paginator("list_stream_consumers").paginate(StreamARN=arn_of(created), PaginationConfig={"PageSize": 1})
    equal(["C", "a", "b"], [n for p in pages for n in names(p)])


@case
def a_token_is_for_its_stream_alone():
    created, other = stream(), stream()
    for called in "ab":
        consumer(created, called)
    token = kinesis.list_stream_consumers(StreamARN=arn_of(created), MaxResults=1)["NextToken"]
    for wrong, of in (("AAAA", created), (token, other)):
        expect_error(INVALID, "Invalid NextToken.", kinesis.list_stream_consumers, StreamARN=arn_of(of), NextToken=wrong)
    expect_error(
        INVALID, "NextToken and StreamCreationTimestamp cannot be provided together.",
        kinesis.list_stream_consumers, StreamARN=arn_of(created), NextToken=token, StreamCreationTimestamp=1)


@case
def the_creation_time_tells_lives_of_a_stream_apart():
    created = stream()
    born = summary(created)["StreamCreationTimestamp"].timestamp()
    equal([], names(kinesis.list_stream_consumers(StreamARN=arn_of(created), StreamCreationTimestamp=born)))
    expect_error(NOT_FOUND, not_found(created), kinesis.list_stream_consumers, StreamARN=arn_of(created), StreamCreationTimestamp=born - 1)


@case
def violations_are_listed():
    expect_violations(null("streamARN"), kinesis.list_stream_consumers)
    for wrong, constraint in ((0, at_least(1)), (10_001, at_most(10_000))):
        expect_violations(fails(wrong, "maxResults", constraint), kinesis.list_stream_consumers, StreamARN=arn_of("s"), MaxResults=wrong)
    expect_violations(fails("", "nextToken", long_at_least(1)), kinesis.list_stream_consumers, StreamARN=arn_of("s"), NextToken="")


@case
def the_stream_must_be_there():
    expect_stream_arn(kinesis.list_stream_consumers)
