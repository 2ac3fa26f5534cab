from conformance import *


def switch(created, mode, **parameters):
    kinesis.update_stream_mode(StreamARN=arn_of(created), StreamModeDetails={"StreamMode": mode}, **parameters)


@case
def a_stream_changes_its_mode_and_keeps_its_shards():
    created = stream(2)
    for mode in ("ON_DEMAND", "PROVISIONED"):
        switch(created, mode)
        until_active(created)
        equal((mode, 2), (summary(created)["StreamModeDetails"]["StreamMode"], summary(created)["OpenShardCount"]))


@case
def an_on_demand_stream_may_be_asked_to_be_warm():
    created = stream()
    switch(created, "ON_DEMAND", WarmThroughputMiBps=8)
    until_active(created)
    equal(8, summary(created)["WarmThroughput"]["TargetMiBps"])
    expect_error(
        INVALID, "WarmThroughputMiBps must not be given for a stream in PROVISIONED mode.",
        switch, created=created, mode="PROVISIONED", WarmThroughputMiBps=8)


@case
def violations_are_listed():
    expect_violations([null("streamModeDetails"), null("streamARN")], kinesis.update_stream_mode)
    expect_violations(
        fails("FAST", "streamModeDetails.streamMode", one_of("PROVISIONED, ON_DEMAND")), switch, created="s", mode="FAST")


@case
def the_stream_must_be_there():
    expect_stream_arn(kinesis.update_stream_mode, StreamModeDetails={"StreamMode": "ON_DEMAND"})
