from conformance import *


def scale(created, count):
    return kinesis.update_shard_count(StreamName=created, TargetShardCount=count, ScalingType="UNIFORM_SCALING")


def check_scaled(count, target, total):
    created = stream(count)
    answer = scale(created, target)
    equal(
        (created, arn_of(created), count, target),
        (answer["StreamName"], answer["StreamARN"], answer["CurrentShardCount"], answer["TargetShardCount"]))
    until_active(created)
    shards = shards_of(created)
    equal((target, total), (summary(created)["OpenShardCount"], len(shards)))
    for s in shards:
        if "EndingSequenceNumber" not in s["SequenceNumberRange"]:
            share = (int(s["HashKeyRange"]["EndingHashKey"]) - int(s["HashKeyRange"]["StartingHashKey"])) / (2**128 / target)
            # The service takes boundaries that are there already for those it would make, if they are near.
            assert 0.55 < share < 1.25, (target, s)


@case
def the_open_shards_end_up_about_equal_by_as_many_splits_and_merges_as_on_aws():
    for count, target, total in ((2, 4, 6), (4, 5, 15), (10, 13, 37), (4, 2, 6), (5, 3, 7)):
        check_scaled(count, target, total)


@case
def the_same_count_is_taken():
    created = stream(2)
    scale(created, 2)
    until_active(created)
    equal(2, summary(created)["OpenShardCount"])


@case
def a_target_beyond_what_a_stream_may_have_is_refused():
    created = stream()
    expect_error(LIMIT, "UpdateShardCount cannot scale to more than 10000 shards. Target shard count: 10001", scale, created=created, count=10_001)


@case
def a_stream_in_on_demand_mode_scales_by_itself():
    created = stream(None)
    expect_error(VALIDATION, f"Request is invalid. Stream {created} under account {ACCOUNT} is in On-Demand mode.", scale, created=created, count=5)


@case
def violations_are_listed():
    expect_violations([null("scalingType"), null("targetShardCount")], kinesis.update_shard_count, StreamName="s")
    expect_violations(
        [fails("FAST", "scalingType", one_of("UNIFORM_SCALING")), fails("0", "targetShardCount", at_least(1))],
        kinesis.update_shard_count, StreamName="s", ScalingType="FAST", TargetShardCount=0)


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.update_shard_count, TargetShardCount=2, ScalingType="UNIFORM_SCALING")


@case
def more_than_double_and_less_than_half_are_refused_where_rates_hold():
    there, created = limited_stream(3)
    for what, target in (("scale up over double", 7), ("scale down below half", 1)):
        expect_error(
            INVALID, f"UpdateShardCount cannot {what} your current open shard count. Current open shard count: 3 Target shard count: {target}",
            there.update_shard_count, StreamName=created, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
