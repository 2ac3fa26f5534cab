"""The calls that the node and the emulators are compared by. Each has a name, under which docs/kinesis-differences.md tells what differs."""

HALF = str(2**127)
FIRST = "shardId-000000000000"


def script(do):
    create(do)
    describe(do)
    tags(do)
    retention(do)
    records(do)
    iterators(do)
    reshard(do)
    lists(do)
    of_kinesis_local(do)
    refused_by_some(do)
    delete(do)


def create(do):
    do("create", "create_stream", StreamName="one", ShardCount=3)
    do("create-more", "create_stream", StreamName="two", ShardCount=3)
    do("create-two-shards", "create_stream", StreamName="pair", ShardCount=2)
    do("create-again", "create_stream", StreamName="one", ShardCount=1)
    do("create-nothing", "create_stream")
    do("create-empty-name", "create_stream", StreamName="", ShardCount=1)
    do("create-bad-name", "create_stream", StreamName="a b", ShardCount=1)
    do("create-long-name", "create_stream", StreamName="x" * 129, ShardCount=1)
    do("create-no-shards", "create_stream", StreamName="zero", ShardCount=0)
    do("create-too-many-shards", "create_stream", StreamName="many", ShardCount=100_000)
    do("create-two-violations", "create_stream", StreamName="a b", ShardCount=0)
    do.until_active("one")
    do.until_active("two")
    do.until_active("pair")


def describe(do):
    do("describe", "describe_stream", StreamName="one")
    do("describe-two-shards", "describe_stream", StreamName="pair")
    do("describe-page", "describe_stream", StreamName="two", Limit=2)
    do("describe-after", "describe_stream", StreamName="two", ExclusiveStartShardId="shardId-000000000001")
    do("describe-limit-0", "describe_stream", StreamName="one", Limit=0)
    do("describe-limit-10001", "describe_stream", StreamName="one", Limit=10_001)
    do("describe-bad-start", "describe_stream", StreamName="one", ExclusiveStartShardId="a b")
    do("describe-unknown", "describe_stream", StreamName="nope")
    do("describe-empty-name", "describe_stream", StreamName="")
    do("describe-no-name", "describe_stream")
    do("summary", "describe_stream_summary", StreamName="one")
    do("summary-unknown", "describe_stream_summary", StreamName="nope")
    do("summary-no-name", "describe_stream_summary")


def tags(do):
    do("tags-none", "list_tags_for_stream", StreamName="one")
    do("tag", "add_tags_to_stream", StreamName="one", Tags={"b": "2", "a": "1", "C": ""})
    do("tag-again", "add_tags_to_stream", StreamName="one", Tags={"a": "other"})
    do("tags", "list_tags_for_stream", StreamName="one")
    do("tags-page", "list_tags_for_stream", StreamName="one", Limit=1)
    do("tags-after", "list_tags_for_stream", StreamName="one", ExclusiveStartTagKey="aa")
    do("tags-limit-0", "list_tags_for_stream", StreamName="one", Limit=0)
    do("tags-limit-51", "list_tags_for_stream", StreamName="one", Limit=51)
    do("tags-unknown", "list_tags_for_stream", StreamName="nope")
    do("tag-nothing", "add_tags_to_stream", StreamName="one", Tags={})
    do("tag-no-tags", "add_tags_to_stream", StreamName="one")
    do("tag-bad-character", "add_tags_to_stream", StreamName="one", Tags={"a;b": "1"})
    do("tag-long-key", "add_tags_to_stream", StreamName="one", Tags={"k" * 129: "1"})
    do("tag-long-value", "add_tags_to_stream", StreamName="one", Tags={"k": "v" * 257})
    do("tag-51", "add_tags_to_stream", StreamName="one", Tags={f"k{i}": "v" for i in range(51)})
    do("tag-unknown", "add_tags_to_stream", StreamName="nope", Tags={"a": "b"})
    do("untag", "remove_tags_from_stream", StreamName="one", TagKeys=["a", "nope"])
    do("tags-left", "list_tags_for_stream", StreamName="one")
    do("untag-nothing", "remove_tags_from_stream", StreamName="one", TagKeys=[])
    do("untag-no-keys", "remove_tags_from_stream", StreamName="one")
    do("untag-long-key", "remove_tags_from_stream", StreamName="one", TagKeys=["k" * 129])
    do("untag-unknown", "remove_tags_from_stream", StreamName="nope", TagKeys=["a"])


def retention(do):
    do("retain-longer", "increase_stream_retention_period", StreamName="one", RetentionPeriodHours=48)
    do.until_active("one")
    do("retain-same", "increase_stream_retention_period", StreamName="one", RetentionPeriodHours=48)
    do.until_active("one")
    do("retain-longer-by-less", "increase_stream_retention_period", StreamName="one", RetentionPeriodHours=47)
    do("retain-23", "increase_stream_retention_period", StreamName="one", RetentionPeriodHours=23)
    do("retain-8760", "increase_stream_retention_period", StreamName="two", RetentionPeriodHours=8760)
    do.until_active("two")
    do("retain-8761", "increase_stream_retention_period", StreamName="one", RetentionPeriodHours=8761)
    do("retain-shorter-by-more", "decrease_stream_retention_period", StreamName="one", RetentionPeriodHours=49)
    do("retain-shorter", "decrease_stream_retention_period", StreamName="one", RetentionPeriodHours=24)
    do.until_active("one")
    do("retain-shorter-than-a-day", "decrease_stream_retention_period", StreamName="one", RetentionPeriodHours=23)
    do("retain-nothing", "increase_stream_retention_period", StreamName="one")
    do("retain-unknown", "increase_stream_retention_period", StreamName="nope", RetentionPeriodHours=48)


def records(do):
    do("put", "put_record", StreamName="one", PartitionKey="a", Data=b"1")
    do("put-other-shard", "put_record", StreamName="one", PartitionKey="b", Data=b"2")
    do("put-at-hash-key", "put_record", StreamName="one", PartitionKey="b", ExplicitHashKey="0", Data=b"3")
    do("put-empty", "put_record", StreamName="one", PartitionKey="a", Data=b"")
    do("put-beyond-hash-keys", "put_record", StreamName="one", PartitionKey="a", ExplicitHashKey=str(2**128), Data=b"")
    do("put-bad-hash-key", "put_record", StreamName="one", PartitionKey="a", ExplicitHashKey="-1", Data=b"")
    do("put-empty-key", "put_record", StreamName="one", PartitionKey="", Data=b"")
    do("put-long-key", "put_record", StreamName="one", PartitionKey="k" * 257, Data=b"")
    do("put-two-mebibytes", "put_record", StreamName="one", PartitionKey="a", Data=bytes(2 * 1024 * 1024))
    do("put-nothing", "put_record", StreamName="one")
    do("put-unknown", "put_record", StreamName="nope", PartitionKey="a", Data=b"")
    do("put-after-zero", "put_record", StreamName="two", PartitionKey="a", Data=b"", SequenceNumberForOrdering="0")
    do("put-after-nonsense", "put_record", StreamName="two", PartitionKey="a", Data=b"", SequenceNumberForOrdering="9" * 60)
    do("put-many", "put_records", StreamName="two", Records=[
        {"PartitionKey": f"k{i}", "Data": b"%d" % i} for i in range(5)] + [{"PartitionKey": "k", "ExplicitHashKey": HALF, "Data": b"h"}])
    do("put-many-none", "put_records", StreamName="two", Records=[])
    do("put-many-501", "put_records", StreamName="two", Records=[{"PartitionKey": "k", "Data": b""}] * 501)
    do("put-many-empty-key", "put_records", StreamName="two", Records=[{"PartitionKey": "k", "Data": b""}, {"PartitionKey": "", "Data": b""}])
    do("put-many-no-members", "put_records", StreamName="two", Records=[{}])
    do("put-many-beyond-hash-keys", "put_records", StreamName="two", Records=[{"PartitionKey": "k", "ExplicitHashKey": str(2**128), "Data": b""}])
    do("put-many-no-records", "put_records", StreamName="two")
    do("put-many-unknown", "put_records", StreamName="nope", Records=[{"PartitionKey": "k", "Data": b""}])


def iterators(do):
    def start(name, kind="TRIM_HORIZON", stream="one", shard=FIRST, **parameters):
        answer = do(name, "get_shard_iterator", StreamName=stream, ShardId=shard, ShardIteratorType=kind, **parameters)
        return answer.get("ShardIterator", "none")

    horizon = start("start")
    read = do("read", "get_records", ShardIterator=horizon)
    number = read.get("Records", [{}])[0].get("SequenceNumber", "0")
    do("read-page", "get_records", ShardIterator=horizon, Limit=1)
    do("read-in-quotes", "get_records", ShardIterator=f'"{horizon}"', Limit=1)
    do("read-on", "get_records", ShardIterator=read.get("NextShardIterator", "none"))
    do("read-at", "get_records", ShardIterator=start("start-at", "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number))
    do("read-after", "get_records", ShardIterator=start("start-after", "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number))
    do("read-latest", "get_records", ShardIterator=start("start-latest", "LATEST"))
    do("read-at-time", "get_records", ShardIterator=start("start-at-time", "AT_TIMESTAMP", Timestamp=0))
    do("read-short-id", "get_records", ShardIterator=start("start-short-id", shard="x-0"), Limit=1)
    start("start-at-nothing", "AT_SEQUENCE_NUMBER")
    start("start-latest-at-number", "LATEST", StartingSequenceNumber=number)
    start("start-at-time-to-come", "AT_TIMESTAMP", Timestamp=4_000_000_000)
    start("start-at-no-time", "AT_TIMESTAMP")
    start("start-at-zero", "AT_SEQUENCE_NUMBER", StartingSequenceNumber="0")
    start("start-in-other-shard", "AT_SEQUENCE_NUMBER", shard="shardId-000000000001", StartingSequenceNumber=number)
    start("start-unknown-shard", shard="shardId-000000000009")
    start("start-unreadable-shard", shard="nonsense")
    start("start-unknown-stream", stream="nope")
    start("start-bad-type", "NOW")
    do("start-nothing", "get_shard_iterator", StreamName="one")
    do("read-nonsense", "get_records", ShardIterator="AAAA")
    do("read-nothing", "get_records")
    do("read-limit-0", "get_records", ShardIterator=horizon, Limit=0)
    do("read-limit-10001", "get_records", ShardIterator=horizon, Limit=10_001)


def reshard(do):
    do("split", "split_shard", StreamName="one", ShardToSplit=FIRST, NewStartingHashKey="1000")
    do.until_active("one")
    do("split-described", "describe_stream", StreamName="one")
    do("split-outside", "split_shard", StreamName="one", ShardToSplit="shardId-000000000003", NewStartingHashKey="2000")
    do("split-bad-hash-key", "split_shard", StreamName="one", ShardToSplit="shardId-000000000003", NewStartingHashKey="x")
    do("split-unknown-shard", "split_shard", StreamName="one", ShardToSplit="shardId-000000000009", NewStartingHashKey="1000")
    do("split-unknown", "split_shard", StreamName="nope", ShardToSplit=FIRST, NewStartingHashKey="1000")
    do("split-nothing", "split_shard", StreamName="one")
    do("merge-apart", "merge_shards", StreamName="one", ShardToMerge="shardId-000000000003", AdjacentShardToMerge="shardId-000000000001")
    do("merge-backwards", "merge_shards", StreamName="one", ShardToMerge="shardId-000000000004", AdjacentShardToMerge="shardId-000000000003")
    do("merge-unknown-shard", "merge_shards", StreamName="one", ShardToMerge="shardId-000000000001", AdjacentShardToMerge="shardId-000000000009")
    do("merge-nothing", "merge_shards", StreamName="one")
    do("merge", "merge_shards", StreamName="one", ShardToMerge="shardId-000000000003", AdjacentShardToMerge="shardId-000000000004")
    do.until_active("one")
    do("merge-described", "describe_stream", StreamName="one")
    closed = do("start-closed", "get_shard_iterator", StreamName="one", ShardId=FIRST, ShardIteratorType="TRIM_HORIZON")
    do("read-closed", "get_records", ShardIterator=closed.get("ShardIterator", "none"))


def lists(do):
    do("streams", "list_streams")
    do("streams-page", "list_streams", Limit=1)
    do("streams-after", "list_streams", ExclusiveStartStreamName="one")
    do("streams-limit-0", "list_streams", Limit=0)
    do("streams-limit-10001", "list_streams", Limit=10_001)
    do("streams-bad-start", "list_streams", ExclusiveStartStreamName="a b")
    do("shards", "list_shards", StreamName="one")
    page = do("shards-page", "list_shards", StreamName="two", MaxResults=2)
    # Without a name kinesalite ends its process.
    named = {"known_to": ("kinesis-local",)}
    do("shards-next-page", "list_shards", **named, NextToken=page.get("NextToken", "none"))
    do("shards-token-and-name", "list_shards", NextToken=page.get("NextToken", "none"), StreamName="two")
    do("shards-after", "list_shards", StreamName="two", ExclusiveStartShardId=FIRST)
    do("shards-latest", "list_shards", StreamName="one", ShardFilter={"Type": "AT_LATEST"})
    do("shards-at-horizon", "list_shards", StreamName="one", ShardFilter={"Type": "AT_TRIM_HORIZON"})
    do("shards-bad-filter", "list_shards", StreamName="one", ShardFilter={"Type": "ALL"})
    do("shards-bad-token", "list_shards", **named, NextToken="AAAA")
    do("shards-limit-0", "list_shards", StreamName="one", MaxResults=0)
    do("shards-limit-10001", "list_shards", StreamName="one", MaxResults=10_001)
    do("shards-unknown", "list_shards", StreamName="nope")
    do("shards-nothing", "list_shards", **named)


def of_kinesis_local(do):
    """What kinesalite has no operations for."""
    here = {"known_to": ("kinesis-local",)}
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/two"
    do("summary-by-arn", "describe_stream_summary", **here, StreamARN=arn)
    do("summary-by-bad-arn", "describe_stream_summary", **here, StreamARN="two")
    do("register", "register_stream_consumer", **here, StreamARN=arn, ConsumerName="c")
    do.until(lambda k: k.describe_stream_consumer(StreamARN=arn, ConsumerName="c")["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE", **here)
    do("register-again", "register_stream_consumer", **here, StreamARN=arn, ConsumerName="c")
    do("register-bad-name", "register_stream_consumer", **here, StreamARN=arn, ConsumerName="a b")
    do("consumer", "describe_stream_consumer", **here, StreamARN=arn, ConsumerName="c")
    do("consumer-unknown", "describe_stream_consumer", **here, StreamARN=arn, ConsumerName="nope")
    do("consumer-half-named", "describe_stream_consumer", **here, StreamARN=arn)
    do("consumers", "list_stream_consumers", **here, StreamARN=arn)
    do("deregister", "deregister_stream_consumer", **here, StreamARN=arn, ConsumerName="c")
    do.until(lambda k: not k.list_stream_consumers(StreamARN=arn)["Consumers"], **here)
    do("monitor", "enable_enhanced_monitoring", **here, StreamName="two", ShardLevelMetrics=["IncomingBytes"])
    do.until_active("two")
    do("monitor-no-more", "disable_enhanced_monitoring", **here, StreamName="two", ShardLevelMetrics=["ALL"])
    do.until_active("two")
    do("tag-resource", "tag_resource", **here, ResourceARN=arn, Tags={"a": "1"})
    do("tags-of-resource", "list_tags_for_resource", **here, ResourceARN=arn)
    do("untag-resource", "untag_resource", **here, ResourceARN=arn, TagKeys=["a"])
    do("policy-none", "get_resource_policy", **here, ResourceARN=arn)
    do("policy-delete-none", "delete_resource_policy", **here, ResourceARN=arn)
    do("scale", "update_shard_count", **here, StreamName="two", TargetShardCount=6, ScalingType="UNIFORM_SCALING")
    do.until_active("two")
    do("scaled", "list_shards", **here, StreamName="two", ShardFilter={"Type": "AT_LATEST"})
    do("on-demand", "update_stream_mode", **here, StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    do.until_active("two")
    do("on-demand-split", "split_shard", **here, StreamName="two", ShardToSplit="shardId-000000000004", NewStartingHashKey=HALF)
    do("encrypt-unknown-key", "start_stream_encryption", **here, StreamName="two", EncryptionType="KMS", KeyId="nope")
    do("record-size", "update_max_record_size", **here, StreamARN=arn, MaxRecordSizeInKiB=2048)
    do("limits", "describe_limits", **here)
    do("create-on-demand", "create_stream", **here, StreamName="three", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    do.until_active("three", **here)
    do("summary-on-demand", "describe_stream_summary", **here, StreamName="three")
    do("register-on-demand", "register_stream_consumer", **here, StreamARN=arn.replace("two", "three"), ConsumerName="c")
    do("delete-with-consumers", "delete_stream", **here, StreamName="three")


def refused_by_some(do):
    """Last, because they leave other shards where they are taken."""
    for name, operation, parameters in (
            ("split-closed", "split_shard", {"ShardToSplit": FIRST, "NewStartingHashKey": "1000"}),
            ("split-at-one", "split_shard", {"ShardToSplit": "shardId-000000000005", "NewStartingHashKey": "1"}),
            ("split-zero-first", "split_shard", {"ShardToSplit": "shardId-000000000005", "NewStartingHashKey": "01000"}),
            ("merge-closed", "merge_shards", {"ShardToMerge": FIRST, "AdjacentShardToMerge": "shardId-000000000001"})):
        do(name, operation, StreamName="one", **parameters)
        do.until_active("one")


def delete(do):
    do("delete", "delete_stream", StreamName="one")
    do.until(lambda k: "one" not in k.list_streams()["StreamNames"])
    do("delete-again", "delete_stream", StreamName="one")
    do("delete-no-name", "delete_stream")
    do("describe-deleted", "describe_stream", StreamName="one")
