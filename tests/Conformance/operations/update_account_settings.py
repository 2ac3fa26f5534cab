from conformance import *


def commit(status):
    return kinesis.update_account_settings(MinimumThroughputBillingCommitment={"Status": status})


@case
def what_is_so_already_is_taken():
    equal({"Status": "DISABLED"}, commit("DISABLED")["MinimumThroughputBillingCommitment"])


@case
def a_commitment_is_refused_with_the_reason():
    expect_error(
        VALIDATION, "MinimumThroughputBillingCommitment cannot be ENABLED: nothing is billed here. What it unlocks on AWS, warm throughput, "
        "is there without it.", commit, status="ENABLED")


@case
def violations_are_listed():
    expect_violations(null("minimumThroughputBillingCommitment"), kinesis.update_account_settings)
    expect_violations(
        null("minimumThroughputBillingCommitment.status"), kinesis.update_account_settings, MinimumThroughputBillingCommitment={})
    expect_violations(
        fails("ON", "minimumThroughputBillingCommitment.status", one_of("ENABLED, DISABLED")), commit, status="ON")
