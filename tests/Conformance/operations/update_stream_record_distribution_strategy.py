"""UpdateStreamRecordDistributionStrategy, which only newer SDKs know."""
from conformance import *


def distribute(created, strategy):
    return raw("UpdateStreamRecordDistributionStrategy", {"StreamARN": arn_of(created), "RecordDistributionStrategy": strategy})


@case
def records_go_where_their_partition_keys_say():
    created = stream(None)
    equal((200, None), distribute(created, "USER_PARTITION_KEY"))
    equal(
        (400, {"__type": INVALID, "message": "RecordDistributionStrategy AUTO is not served here: records go where their partition keys say, as "
               "with USER_PARTITION_KEY."}), distribute(created, "AUTO"))


@case
def a_provisioned_stream_has_no_strategy():
    created = stream()
    equal(
        (400, {"__type": VALIDATION, "message": f"Request is invalid. Stream {created} under account {ACCOUNT} is in Provisioned mode."}),
        distribute(created, "USER_PARTITION_KEY"))


@case
def violations_are_listed():
    constraint = one_of("AUTO, USER_PARTITION_KEY")
    equal(
        (400, {"__type": VALIDATION, "message": f"1 validation error detected: {fails('X', 'recordDistributionStrategy', constraint)}"}),
        distribute("s", "X"))
    equal((400, {"__type": NOT_FOUND, "message": not_found("nope")}), distribute("nope", "AUTO"))
