from conformance import *

there = client("mars-lists-1")


@case
def streams_are_listed_by_name_in_pages():
    for one in ("b", "a", "C", "d"):
        there.create_stream(StreamName=one, ShardCount=1)
    for one in ("b", "a", "C", "d"):
        until_active(one, there)

    first = there.list_streams(Limit=3)
    equal((["C", "a", "b"], True), (first["StreamNames"], first["HasMoreStreams"]))
    rest = there.list_streams(NextToken=first["NextToken"])
    equal((["d"], False, False), (rest["StreamNames"], rest["HasMoreStreams"], "NextToken" in rest))
    equal(["b", "d"], there.list_streams(ExclusiveStartStreamName="a")["StreamNames"])
    equal(["b", "d"], there.list_streams(ExclusiveStartStreamName="aa")["StreamNames"])
    equal([], there.list_streams(ExclusiveStartStreamName="zz")["StreamNames"])
    told = first["StreamSummaries"][0]
    equal(
        {"StreamName": "C", "StreamARN": arn_of("C", "mars-lists-1"), "StreamStatus": "ACTIVE",
         "StreamModeDetails": {"StreamMode": "PROVISIONED"}, "StreamCreationTimestamp": told["StreamCreationTimestamp"]}, told)
    pages = there.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 1})
    equal(["C", "a", "b", "d"], [n for p in pages for n in p["StreamNames"]])


@case
def a_region_without_streams_has_an_empty_list():
    answer = client("mars-empty-1").list_streams()
    equal(([], False, []), (answer["StreamNames"], answer["HasMoreStreams"], answer["StreamSummaries"]))


@case
def violations_are_listed():
    for wrong, constraint in ((0, at_least(1)), (10_001, at_most(10_000))):
        expect_violations(fails(wrong, "limit", constraint), kinesis.list_streams, Limit=wrong)
    expect_violations(fails("a b", "exclusiveStartStreamName", NAME), kinesis.list_streams, ExclusiveStartStreamName="a b")
    expect_violations(fails("", "nextToken", long_at_least(1)), kinesis.list_streams, NextToken="")


@case
def a_token_must_be_one_of_this_operation():
    created = stream(2)
    token = kinesis.list_shards(StreamName=created, MaxResults=1)["NextToken"]
    for wrong in ("AAAA", token):
        expect_error(INVALID, "Invalid NextToken.", kinesis.list_streams, NextToken=wrong)
