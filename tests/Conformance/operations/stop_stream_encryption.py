from conformance import *


@case
def what_comes_later_is_stored_in_clear():
    created = stream()
    kinesis.start_stream_encryption(StreamName=created, EncryptionType="KMS", KeyId="first")
    until_active(created)
    put(created, b"sealed")
    kinesis.stop_stream_encryption(StreamName=created, EncryptionType="KMS", KeyId="first")
    until_active(created)
    equal(("NONE", False), (summary(created)["EncryptionType"], "KeyId" in summary(created)))
    assert "EncryptionType" not in put(created, b"clear")
    records = kinesis.get_records(ShardIterator=iterator(created))["Records"]
    equal([(b"sealed", "KMS"), (b"clear", None)], [(r["Data"], r.get("EncryptionType")) for r in records])


@case
def a_stream_in_clear_stays_so():
    created = stream()
    kinesis.stop_stream_encryption(StreamName=created, EncryptionType="KMS", KeyId="first")
    until_active(created)
    equal("NONE", summary(created)["EncryptionType"])


@case
def violations_are_listed():
    expect_violations([null("encryptionType"), null("keyId")], kinesis.stop_stream_encryption, StreamName="s")
    expect_error(
        INVALID, "EncryptionType must be KMS.", kinesis.stop_stream_encryption, StreamName=stream(), EncryptionType="NONE", KeyId="first")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.stop_stream_encryption, EncryptionType="KMS", KeyId="first")
