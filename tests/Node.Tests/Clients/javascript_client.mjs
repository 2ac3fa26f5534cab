// Walks through a stream's life with the AWS SDK for JavaScript v3; only the endpoint differs from AWS, and with "http1" the handler.
// Usage: javascript_client.mjs ENDPOINT STREAM [http1]
import assert from "node:assert/strict";
import {
  KinesisClient, CreateStreamCommand, DescribeStreamSummaryCommand, PutRecordCommand, PutRecordsCommand, ListShardsCommand,
  GetShardIteratorCommand, GetRecordsCommand, DeleteStreamCommand, waitUntilStreamExists, waitUntilStreamNotExists,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const [endpoint, StreamName, protocol] = process.argv.slice(2);
const client = new KinesisClient(protocol === "http1" ? { endpoint, requestHandler: new NodeHttpHandler() } : { endpoint });
// The SDK's own choice is HTTP/2; were that to change, this run would say nothing about it.
assert.equal(client.config.requestHandler.metadata.handlerProtocol, protocol === "http1" ? "http/1.1" : "h2");
const waiting = { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
await waitUntilStreamExists(waiting, { StreamName });

const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
assert.equal(summary.OpenShardCount, 2);

const text = (bytes) => Buffer.from(bytes).toString();
const put = await client.send(new PutRecordCommand({ StreamName, PartitionKey: "a", Data: Buffer.from("first") }));
const many = await client.send(new PutRecordsCommand({
  StreamName, Records: Array.from({ length: 100 }, (_, i) => ({ PartitionKey: `k${i}`, Data: Buffer.from(`record ${i}`) })),
}));
assert.equal(many.FailedRecordCount, 0);
const acknowledged = new Map([[put.SequenceNumber, "first"], ...many.Records.map((r, i) => [r.SequenceNumber, `record ${i}`])]);

const read = new Map();
const { Shards: shards } = await client.send(new ListShardsCommand({ StreamName }));
assert.equal(shards.length, 2);
for (const { ShardId } of shards) {
  let { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  for (let look = 0; look < 100; look++) {
    const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
    for (const record of answer.Records) read.set(record.SequenceNumber, text(record.Data));
    ShardIterator = answer.NextShardIterator;
    if (answer.MillisBehindLatest === 0 && answer.Records.length === 0) break;
  }
}
const sorted = (map) => [...map].sort();
assert.deepEqual(sorted(read), sorted(acknowledged));

await client.send(new DeleteStreamCommand({ StreamName }));
await waitUntilStreamNotExists(waiting, { StreamName });
client.destroy();
console.log("JavaScript SDK v3 done");
