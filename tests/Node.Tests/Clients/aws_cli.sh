#!/usr/bin/env bash
# Walks through a stream's life with the aws CLI; only the endpoint differs from AWS. Usage: aws_cli.sh ENDPOINT STREAM
set -euo pipefail
endpoint=$1 stream=$2
kinesis() { aws --endpoint-url "$endpoint" --output text kinesis "$@"; }
fail() { echo "$*" >&2; exit 1; }

kinesis create-stream --stream-name "$stream" --shard-count 1
kinesis wait stream-exists --stream-name "$stream"
[ "$(kinesis describe-stream-summary --stream-name "$stream" --query StreamDescriptionSummary.StreamStatus)" = ACTIVE ] || fail "not ACTIVE"
shard=$(kinesis list-shards --stream-name "$stream" --query 'Shards[0].ShardId')
[ "$shard" = shardId-000000000000 ] || fail "shard $shard"

# Version 2 of the CLI takes data as base64, version 1 as text; the keys and numbers are compared here, so either will do.
number=$(kinesis put-record --stream-name "$stream" --partition-key a --data Zmlyc3Q= --query SequenceNumber)
failed=$(kinesis put-records --stream-name "$stream" --records PartitionKey=b,Data=c2Vjb25k PartitionKey=c,Data=dGhpcmQ= --query FailedRecordCount)
[ "$failed" = 0 ] || fail "$failed records failed"

iterator=$(kinesis get-shard-iterator --stream-name "$stream" --shard-id "$shard" --shard-iterator-type TRIM_HORIZON --query ShardIterator)
keys=$(kinesis get-records --shard-iterator "$iterator" --query 'Records[].PartitionKey' | tr '\t' ' ')
[ "$keys" = "a b c" ] || fail "records of $keys"
first=$(kinesis get-records --shard-iterator "$iterator" --query 'Records[0].SequenceNumber')
[ "$first" = "$number" ] || fail "first record is $first, not $number"

kinesis delete-stream --stream-name "$stream"
kinesis wait stream-not-exists --stream-name "$stream"
echo "aws CLI done"
