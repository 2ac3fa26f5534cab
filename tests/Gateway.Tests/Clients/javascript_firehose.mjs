// Walks through the life of a delivery stream with the AWS SDK for JavaScript v3.
// Usage: javascript_firehose.mjs ENDPOINT NAME [BUCKET_ARN]
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-firehose";

const [endpoint, DeliveryStreamName, BucketARN = "arn:aws:s3:::badges"] = process.argv.slice(2);
const RoleARN = "arn:aws:iam::000000000000:role/firehose";
const client = new sdk.FirehoseClient({ endpoint });
const called = new Set();
const call = (operation, input) => {
  called.add(operation);
  return client.send(new sdk[`${operation}Command`](input));
};
const refused = (error, operation, input) => assert.rejects(call(operation, input), { name: error });
const describe = async () => (await call("DescribeDeliveryStream", { DeliveryStreamName })).DeliveryStreamDescription;
const active = async () => {
  for (let look = 0; look < 150; look++) {
    const description = await describe();
    if (description.DeliveryStreamStatus === "ACTIVE") return description;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert.fail(`${DeliveryStreamName} is not ACTIVE`);
};
const Data = (text) => new TextEncoder().encode(text);

const { DeliveryStreamARN } = await call("CreateDeliveryStream", {
  DeliveryStreamName,
  ExtendedS3DestinationConfiguration: { RoleARN, BucketARN, CompressionFormat: "GZIP", BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 } },
  Tags: [{ Key: "made", Value: "by JavaScript" }],
});
const description = await active();
assert.equal(description.DeliveryStreamARN, DeliveryStreamARN);
assert.ok(description.CreateTimestamp instanceof Date);
assert.equal(description.Destinations[0].ExtendedS3DestinationDescription.CompressionFormat, "GZIP");
await refused("ResourceInUseException", "CreateDeliveryStream", { DeliveryStreamName, S3DestinationConfiguration: { RoleARN, BucketARN } });

assert.ok((await call("PutRecord", { DeliveryStreamName, Record: { Data: Data("one badge") } })).RecordId);
const batch = await call("PutRecordBatch", { DeliveryStreamName, Records: Array.from({ length: 500 }, (_, i) => ({ Data: Data(`${i}`) })) });
assert.equal(batch.FailedPutCount, 0);
assert.equal(new Set(batch.RequestResponses.map((r) => r.RecordId)).size, 500);

await call("UpdateDestination", {
  DeliveryStreamName, CurrentDeliveryStreamVersionId: description.VersionId, DestinationId: description.Destinations[0].DestinationId,
  ExtendedS3DestinationUpdate: { Prefix: "later/" },
});
assert.equal((await describe()).Destinations[0].ExtendedS3DestinationDescription.Prefix, "later/");
await refused("ConcurrentModificationException", "UpdateDestination", {
  DeliveryStreamName, CurrentDeliveryStreamVersionId: "1", DestinationId: "destinationId-000000000001", ExtendedS3DestinationUpdate: {},
});

await call("TagDeliveryStream", { DeliveryStreamName, Tags: [{ Key: "a", Value: "1" }] });
await call("UntagDeliveryStream", { DeliveryStreamName, TagKeys: ["made"] });
assert.deepEqual((await call("ListTagsForDeliveryStream", { DeliveryStreamName })).Tags, [{ Key: "a", Value: "1" }]);
await refused("InvalidKMSResourceException", "StartDeliveryStreamEncryption", {
  DeliveryStreamName,
  DeliveryStreamEncryptionConfigurationInput: { KeyType: "CUSTOMER_MANAGED_CMK", KeyARN: "arn:aws:kms:mars-north-1:000000000000:key/none" },
});
await call("StopDeliveryStreamEncryption", { DeliveryStreamName });
assert.ok((await call("ListDeliveryStreams", { Limit: 100 })).DeliveryStreamNames.includes(DeliveryStreamName));
await call("DeleteDeliveryStream", { DeliveryStreamName });

const known = Object.keys(sdk).filter((n) => /^[A-Z]\w+Command$/.test(n)).map((n) => n.slice(0, -"Command".length)).filter((n) => n);
assert.deepEqual(known.filter((n) => !called.has(n)), []);
