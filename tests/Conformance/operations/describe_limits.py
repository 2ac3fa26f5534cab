from conformance import *


@case
def shards_and_on_demand_streams_of_the_region_are_counted():
    there = client("mars-limits-1")
    stream(3, there)
    stream(None, there)
    told = there.describe_limits()
    equal(
        (10_000, 7, 1, 50),
        (told["ShardLimit"], told["OpenShardCount"], told["OnDemandStreamCount"], told["OnDemandStreamCountLimit"]))


@case
def it_may_be_asked_once_a_second_where_rates_hold():
    expect_refusal(
        LIMIT, f"Rate exceeded for streams under account {ACCOUNT}: DescribeLimits takes 1 calls a second.", limited_stream()[0].describe_limits)
