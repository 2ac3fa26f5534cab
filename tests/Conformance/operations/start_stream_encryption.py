from conformance import *


def start(created, key="first", kind="KMS"):
    kinesis.start_stream_encryption(StreamName=created, EncryptionType=kind, KeyId=key)


@case
def records_say_that_they_are_sealed_and_keys_may_change():
    created = stream()
    put(created, b"clear")
    for key in ("first", "alias/second"):
        start(created, key)
        until_active(created)
        equal(("KMS", key), (summary(created)["EncryptionType"], summary(created)["KeyId"]))
        equal("KMS", put(created, key.encode())["EncryptionType"])
    many = kinesis.put_records(StreamName=created, Records=[{"PartitionKey": "k", "Data": b"many"}])
    equal("KMS", many["EncryptionType"])
    records = kinesis.get_records(ShardIterator=iterator(created))["Records"]
    equal(
        [(b"clear", None), (b"first", "KMS"), (b"alias/second", "KMS"), (b"many", "KMS")],
        [(r["Data"], r.get("EncryptionType")) for r in records])
    described = kinesis.describe_stream(StreamName=created)["StreamDescription"]
    equal(("KMS", "alias/second"), (described["EncryptionType"], described["KeyId"]))


@case
def a_key_must_be_there():
    created = stream()
    expect_error(
        "KMSNotFoundException", "Key 'nope' does not exist; the keys that there are stand in the setting ActorStreams:Encryption:Keys.",
        start, created=created, key="nope")
    equal("NONE", summary(created)["EncryptionType"])


@case
def violations_are_listed():
    expect_violations([null("encryptionType"), null("keyId")], kinesis.start_stream_encryption, StreamName="s")
    expect_violations(
        [fails("AES", "encryptionType", one_of("NONE, KMS")), fails("", "keyId", long_at_least(1))], start, created="s", kind="AES", key="")
    expect_violations(fails("k" * 2049, "keyId", long_at_most(2048)), start, created="s", key="k" * 2049)
    expect_error(INVALID, "EncryptionType must be KMS.", start, created=stream(), kind="NONE")


@case
def the_stream_must_be_named_and_there():
    expect_named_stream(kinesis.start_stream_encryption, EncryptionType="KMS", KeyId="first")
