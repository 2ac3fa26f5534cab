from conformance import *

ALL = ["IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
       "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds"]


@case
def metrics_are_switched_on_beside_those_that_are():
    created = stream()
    first = kinesis.enable_enhanced_monitoring(StreamName=created, ShardLevelMetrics=["IncomingBytes"])
    equal(
        (created, arn_of(created), [], ["IncomingBytes"]),
        (first["StreamName"], first["StreamARN"], first["CurrentShardLevelMetrics"], first["DesiredShardLevelMetrics"]))
    until_active(created)
    second = kinesis.enable_enhanced_monitoring(StreamARN=arn_of(created), ShardLevelMetrics=["ALL"])
    equal((["IncomingBytes"], set(ALL)), (second["CurrentShardLevelMetrics"], set(second["DesiredShardLevelMetrics"])))
    until_active(created)
    equal(set(ALL), set(summary(created)["EnhancedMonitoring"][0]["ShardLevelMetrics"]))


@case
def violations_are_listed():
    enable = kinesis.enable_enhanced_monitoring
    expect_violations(null("shardLevelMetrics"), enable, StreamName="s")
    expect_violations(fails("[]", "shardLevelMetrics", long_at_least(1)), enable, StreamName="s", ShardLevelMetrics=[])
    expect_violations(
        fails(f"[{', '.join(ALL + ['ALL'])}]", "shardLevelMetrics", long_at_most(7)), enable, StreamName="s", ShardLevelMetrics=ALL + ["ALL"])
    names = ", ".join(ALL + ["ALL"])
    expect_violations(
        fails("[Nope]", "shardLevelMetrics", f"Member must satisfy constraint: [{one_of(names)}]"),
        enable, StreamName="s", ShardLevelMetrics=["Nope"])


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.enable_enhanced_monitoring, ShardLevelMetrics=["ALL"])
