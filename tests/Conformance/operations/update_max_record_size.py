from conformance import *


def resize(created, kibibytes):
    kinesis.update_max_record_size(StreamARN=arn_of(created), MaxRecordSizeInKiB=kibibytes)


@case
def records_are_taken_up_to_the_new_size():
    created = stream()
    resize(created, 2000)
    until_active(created)
    equal(2000, summary(created)["MaxRecordSizeInKiB"])
    put(created, data=bytes(2000 * 1024 - 1))
    expect_error(
        INVALID, f"A record of {2000 * 1024 + 1} bytes, data and partition key, exceeds the maximum record size of {2000 * 1024} bytes.",
        put, created=created, data=bytes(2000 * 1024))
    equal([2000 * 1024 - 1], [len(d) for d in read(created)])


@case
def it_is_1024_to_10240():
    created = stream()
    for size in (10_240, 1024):
        resize(created, size)
        until_active(created)
        equal(size, summary(created)["MaxRecordSizeInKiB"])
    for wrong, constraint in ((1023, at_least(1024)), (10_241, at_most(10_240))):
        expect_violations(fails(wrong, "maxRecordSizeInKiB", constraint), resize, created=created, kibibytes=wrong)
    expect_violations(null("maxRecordSizeInKiB"), kinesis.update_max_record_size, StreamARN=arn_of(created))


@case
def the_stream_must_be_named_and_there():
    expect_error(INVALID, "Either StreamName or StreamARN must be given.", kinesis.update_max_record_size, MaxRecordSizeInKiB=1024)
    expect_stream_arn(kinesis.update_max_record_size, MaxRecordSizeInKiB=1024)
