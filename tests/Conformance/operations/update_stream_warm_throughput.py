from conformance import *


def warm(created, mebibytes):
    return kinesis.update_stream_warm_throughput(StreamName=created, WarmThroughputMiBps=mebibytes)


@case
def an_on_demand_stream_notes_what_it_is_asked_for():
    created = stream(None)
    answer = warm(created, 50)
    equal((created, arn_of(created), 50), (answer["StreamName"], answer["StreamARN"], answer["WarmThroughput"]["TargetMiBps"]))
    until_active(created)
    equal(50, summary(created)["WarmThroughput"]["TargetMiBps"])


@case
def there_is_a_highest():
    created = stream(None)
    warm(created, 10_240)
    expect_error(INVALID, "WarmThroughputMiBps 10241 is above 10240.", warm, created=created, mebibytes=10_241)


@case
def a_provisioned_stream_has_shards_for_that():
    created = stream()
    expect_error(VALIDATION, f"Request is invalid. Stream {created} under account {ACCOUNT} is in Provisioned mode.", warm, created=created, mebibytes=5)


@case
def the_stream_must_be_named_and_there():
    expect_violations(null("warmThroughputMiBps"), kinesis.update_stream_warm_throughput, StreamName="s")
    expect_named_stream(kinesis.update_stream_warm_throughput, WarmThroughputMiBps=5)
