from conformance import *


@case
def nothing_is_committed_to():
    equal({"Status": "DISABLED"}, kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"])
