// Receives by SubscribeToShard what is put while the shard splits; only the endpoint differs from AWS, and with "http1" the handler.
// Usage: javascript_fan_out.mjs ENDPOINT STREAM RECORDS [http1]
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  KinesisClient, CreateStreamCommand, DescribeStreamSummaryCommand, DescribeStreamConsumerCommand, RegisterStreamConsumerCommand,
  PutRecordsCommand, SplitShardCommand, SubscribeToShardCommand, waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const [endpoint, StreamName, records, protocol] = process.argv.slice(2);
const count = Number(records);
const keys = 8;
const client = new KinesisClient(protocol === "http1" ? { endpoint, requestHandler: new NodeHttpHandler() } : { endpoint });
assert.equal(client.config.requestHandler.metadata.handlerProtocol, protocol === "http1" ? "http/1.1" : "h2");

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
await waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
const { StreamDescriptionSummary: { StreamARN } } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
const { Consumer: { ConsumerARN } } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "reports" }));
while ((await client.send(new DescribeStreamConsumerCommand({ ConsumerARN }))).ConsumerDescription.ConsumerStatus !== "ACTIVE") await sleep(100);

// Numbers each key's records; half way the shard is split.
async function produce() {
  for (let first = 0; first < count; first += 500) {
    if (first === Math.floor(count / 2 / 500) * 500) {
      await client.send(new SplitShardCommand({ StreamName, ShardToSplit: "shardId-000000000000", NewStartingHashKey: String(2n ** 127n) }));
    }
    const answer = await client.send(new PutRecordsCommand({
      StreamName,
      Records: Array.from({ length: Math.min(500, count - first) }, (_, i) => ({
        PartitionKey: `k${(first + i) % keys}`, Data: Buffer.from(String(first + i)),
      })),
    }));
    assert.equal(answer.FailedRecordCount, 0);
  }
}

const received = new Map(Array.from({ length: keys }, (_, i) => [`k${i}`, []]));
const seen = new Set();
async function consume(ShardId) {
  let position = { Type: "TRIM_HORIZON" };
  while (seen.size < count) {
    const { EventStream } = await client.send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: position }));
    let last = "";
    for await (const { SubscribeToShardEvent: event, ...other } of EventStream) {
      assert.ok(event, JSON.stringify(other));
      for (const { SequenceNumber, PartitionKey, Data } of event.Records) {
        assert.ok(SequenceNumber > last && !seen.has(SequenceNumber), SequenceNumber);
        last = SequenceNumber;
        seen.add(SequenceNumber);
        received.get(PartitionKey).push(Number(Buffer.from(Data).toString()));
      }
      if (event.ChildShards?.length) {
        assert.equal(event.ContinuationSequenceNumber, undefined);
        await Promise.all(event.ChildShards.map((child) => consume(child.ShardId)));
        return;
      }
      position = { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: event.ContinuationSequenceNumber };
      if (seen.size >= count) return;
    }
  }
}

await Promise.race([
  Promise.all([consume("shardId-000000000000"), produce()]),
  sleep(100_000).then(() => assert.fail(`${seen.size} of ${count} came`)),
]);
for (const [key, numbers] of received) {
  assert.deepEqual(numbers, Array.from({ length: count }, (_, i) => i).filter((i) => `k${i % keys}` === key), key);
}
console.log("JavaScript SDK v3 received", seen.size);
// Subscriptions to the children are still open.
process.exit(0);
