// Calls the operations that configure streams with the AWS SDK for JavaScript v3, over HTTP/2 as it chooses itself.
// Usage: javascript_operations.mjs ENDPOINT STREAM
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kinesis";

const [endpoint, StreamName] = process.argv.slice(2);
const client = new sdk.KinesisClient({ endpoint });
const called = new Set();
const call = (operation, input) => {
  called.add(operation);
  return client.send(new sdk[`${operation}Command`](input));
};
const refused = (error, operation, input) => assert.rejects(call(operation, input), { name: error });
const summary = async () => (await call("DescribeStreamSummary", { StreamName })).StreamDescriptionSummary;
const active = async () => {
  for (let look = 0; look < 150; look++) {
    const stream = await summary();
    if (stream.StreamStatus === "ACTIVE") return stream;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`${StreamName} is not ACTIVE`);
};
const KMS = { EncryptionType: "KMS", KeyId: "orders" };

await call("CreateStream", { StreamName, ShardCount: 2, Tags: { made: "by JavaScript" } });
await sdk.waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
const { StreamARN } = await summary();

await call("AddTagsToStream", { StreamName, Tags: { b: "1", a: "" } });
await call("RemoveTagsFromStream", { StreamName, TagKeys: ["made"] });
await call("TagResource", { ResourceARN: StreamARN, Tags: { c: "2" } });
await call("UntagResource", { ResourceARN: StreamARN, TagKeys: ["a"] });
assert.deepEqual((await call("ListTagsForStream", { StreamARN })).Tags.map((t) => t.Key), ["b", "c"]);
assert.deepEqual((await call("ListTagsForResource", { ResourceARN: StreamARN })).Tags, [{ Key: "b", Value: "1" }, { Key: "c", Value: "2" }]);

await call("IncreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours: 8760 });
await call("DecreaseStreamRetentionPeriod", { StreamName, RetentionPeriodHours: 25 });
assert.equal((await summary()).RetentionPeriodHours, 25);
assert.equal((await call("EnableEnhancedMonitoring", { StreamName, ShardLevelMetrics: ["ALL"] })).DesiredShardLevelMetrics.length, 7);
assert.equal((await call("DisableEnhancedMonitoring", { StreamName, ShardLevelMetrics: ["ALL"] })).DesiredShardLevelMetrics.length, 0);
await call("UpdateMaxRecordSize", { StreamARN, MaxRecordSizeInKiB: 1025 });

await call("MergeShards", { StreamName, ShardToMerge: "shardId-000000000000", AdjacentShardToMerge: "shardId-000000000001" });
assert.equal((await active()).OpenShardCount, 1);
await call("SplitShard", { StreamName, ShardToSplit: "shardId-000000000002", NewStartingHashKey: (2n ** 127n).toString() });
assert.equal((await active()).OpenShardCount, 2);
const scaled = await call("UpdateShardCount", { StreamARN, TargetShardCount: 3, ScalingType: "UNIFORM_SCALING" });
assert.deepEqual([scaled.CurrentShardCount, scaled.TargetShardCount], [2, 3]);
assert.equal((await active()).OpenShardCount, 3);
await refused("ResourceNotFoundException", "SplitShard", { StreamName, ShardToSplit: "shardId-000000000099", NewStartingHashKey: "99" });

await refused("KMSNotFoundException", "StartStreamEncryption", { StreamName, ...KMS, KeyId: "no-such-key" });
await call("StartStreamEncryption", { StreamName, ...KMS });
assert.equal((await active()).KeyId, "orders");
assert.equal((await call("PutRecord", { StreamName, PartitionKey: "k", Data: Buffer.from("sealed") })).EncryptionType, "KMS");
await call("StopStreamEncryption", { StreamName, ...KMS });
assert.equal((await active()).EncryptionType, "NONE");

const { Consumer } = await call("RegisterStreamConsumer", { StreamARN, ConsumerName: "c" });
const { ConsumerDescription } = await call("DescribeStreamConsumer", { ConsumerARN: Consumer.ConsumerARN });
assert.deepEqual([Consumer.ConsumerStatus, ConsumerDescription.ConsumerStatus], ["CREATING", "ACTIVE"]);
assert.deepEqual(Consumer.ConsumerCreationTimestamp, ConsumerDescription.ConsumerCreationTimestamp);
assert.equal((await call("ListStreamConsumers", { StreamARN })).Consumers.length, 1);
await refused("ResourceInUseException", "DeleteStream", { StreamName });
await call("DeregisterStreamConsumer", { StreamARN, ConsumerName: "c" });

await call("UpdateStreamMode", { StreamARN, StreamModeDetails: { StreamMode: "ON_DEMAND" } });
assert.equal((await call("UpdateStreamWarmThroughput", { StreamARN, WarmThroughputMiBps: 5 })).WarmThroughput.TargetMiBps, 5);
assert.equal((await active()).WarmThroughput.TargetMiBps, 5);
await call("UpdateStreamRecordDistributionStrategy", { StreamARN, RecordDistributionStrategy: "USER_PARTITION_KEY" });
assert.equal((await summary()).RecordDistributionStrategy, "USER_PARTITION_KEY");
assert.equal((await call("DescribeLimits", {})).OnDemandStreamCountLimit, 50);
assert.equal((await call("DescribeAccountSettings", {})).MinimumThroughputBillingCommitment.Status, "DISABLED");
await refused("ValidationException", "UpdateAccountSettings", { MinimumThroughputBillingCommitment: { Status: "ENABLED" } });

const ChannelARN = `${StreamARN.replace("stream/", "channel/")}`;
assert.deepEqual((await call("ListChannels", {})).ChannelSummaries, []);
await refused("InvalidArgumentException", "CreateChannel", { ChannelName: "c", ServiceExecutionRoleARN: "arn:aws:iam::000000000000:role/r", StreamConfigurationList: [] });
for (const operation of ["DescribeChannel", "DeleteChannel", "UpdateChannel"]) await refused("ResourceNotFoundException", operation, { ChannelARN });

await call("DeleteStream", { StreamName });
await sdk.waitUntilStreamNotExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
client.destroy();
console.log("JavaScript SDK v3 called", called.size, "operations");
