from conformance import *


@case
def metrics_are_switched_off_and_the_others_stay():
    created = stream()
    kinesis.enable_enhanced_monitoring(StreamName=created, ShardLevelMetrics=["IncomingBytes", "OutgoingBytes"])
    until_active(created)
    answer = kinesis.disable_enhanced_monitoring(StreamName=created, ShardLevelMetrics=["IncomingBytes", "IncomingRecords"])
    equal(
        (created, arn_of(created), {"IncomingBytes", "OutgoingBytes"}, ["OutgoingBytes"]),
        (answer["StreamName"], answer["StreamARN"], set(answer["CurrentShardLevelMetrics"]), answer["DesiredShardLevelMetrics"]))
    until_active(created)
    kinesis.disable_enhanced_monitoring(StreamARN=arn_of(created), ShardLevelMetrics=["ALL"])
    until_active(created)
    equal([{"ShardLevelMetrics": []}], summary(created)["EnhancedMonitoring"])


@case
def the_stream_must_be_named_and_there():
    expect_violations(null("shardLevelMetrics"), kinesis.disable_enhanced_monitoring, StreamName="s")
    expect_named_stream(kinesis.disable_enhanced_monitoring, ShardLevelMetrics=["ALL"])
