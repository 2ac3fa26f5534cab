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
