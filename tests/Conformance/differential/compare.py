"""Makes the same calls of a node and of emulators of Kinesis and holds what differs against differences.json.

usage: compare.py REPORT NODE_URL EMULATOR=URL ... [--accept]

The report is a JSON object: for each emulator a list of problems, each a text. --accept writes what differs now into differences.json;
the reasons belong into docs/kinesis-differences.md, which must name each call that differs.
"""
import datetime
import json
import pathlib
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from calls import script

FOLDER = pathlib.Path(__file__).parent
LISTED = FOLDER / "differences.json"
DOCUMENT = FOLDER.parents[2] / "docs" / "kinesis-differences.md"
PATIENCE_SECONDS = 60

# What differs between any two servers.
OPAQUE = {
    "SequenceNumber": "<number>", "StartingSequenceNumber": "<number>", "EndingSequenceNumber": "<number>", "ShardIterator": "<iterator>",
    "NextShardIterator": "<iterator>", "NextToken": "<token>",
    "MillisBehindLatest": "<ms>"}


class Calls:
    """Makes the calls of the script of one server, and notes the answers by the calls' names."""

    def __init__(self, name, url):
        self.name = name
        self.answers = {}
        self.kinesis = boto3.client(
            "kinesis", endpoint_url=url, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any",
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=30))

    def __call__(self, name, operation, known_to=None, **parameters):
        if not self.knows(known_to):
            return {}
        assert name not in self.answers, name
        try:
            answer = getattr(self.kinesis, operation)(**parameters)
            status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
            self.answers[name] = {"status": status, **plain(answer)}
            return answer
        except ClientError as e:
            error = e.response["Error"]
            self.answers[name] = {
                "status": e.response["ResponseMetadata"]["HTTPStatusCode"], "error": error["Code"], "message": plain(error.get("Message", ""))}
            return {}
        except HTTPClientError as e:
            raise ConnectionError(f"{self.name} did not answer {name}") from e

    def knows(self, known_to):
        return known_to is None or self.name == "node" or self.name in known_to

    def until(self, condition, known_to=None):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.knows(known_to) and not condition(self.kinesis):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} does not come to what is waited for after {list(self.answers)[-1]}")
            time.sleep(0.02)

    def until_active(self, stream, **parameters):
        self.until(lambda k: k.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE", **parameters)


def plain(value, member=None):
    if member in OPAQUE:
        return OPAQUE[member]
    if isinstance(value, dict):
        return {k: plain(v, k) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return [plain(v) for v in value] if len(value) < 50 else [plain(value[0]), f"and {len(value) - 1} more"]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime.datetime):
        return "<time>"
    if isinstance(value, str):
        value = re.sub(r"\d{50,}", "<number>", value)
        value = re.sub(r"(currentTimestampInMillis: )\d+", r"\1<ms>", value)
        value = re.sub(r"(/consumer/[\w.-]+:)\d+", r"\1<time>", value)
        value = re.sub(r"(.)\1{40,}", r"\1...\1", value)
        return value if len(value) < 600 else f"{value[:200]} ... {value[-100:]}"
    return value


def answers(target):
    name, url = target
    calls = Calls(name, url)
    script(calls)
    return calls.answers


def differences(node, emulator):
    return {name: {"node": node[name], "emulator": answer} for name, answer in emulator.items() if answer != node[name]}


def documented(emulator):
    """The calls that the emulator's section of the document names in the first cells of its tables."""
    section = re.search(rf"^## {re.escape(emulator)}$(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\|([^|]*)\|", section.group(1) if section else "", re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}


def problems(emulator, found, listed):
    for name, difference in found.items():
        if name not in listed:
            yield f"{name} differs and is not in {LISTED.name}: {json.dumps(difference, indent=1)}"
        elif difference != listed[name]:
            yield f"{name} differs in another way than {LISTED.name} says: {json.dumps(difference, indent=1)}\nlisted: {json.dumps(listed[name], indent=1)}"
    for name in listed.keys() - found.keys():
        yield f"{name} is in {LISTED.name} but does not differ any more; take it off the list"
    for name in sorted(found.keys() - documented(emulator)):
        yield f"{name} differs and is not in {DOCUMENT.name}"
    for name in sorted(documented(emulator) - found.keys()):
        yield f"{name} is in {DOCUMENT.name} but does not differ"


def listing(found):
    """JSON with a line for each answer, so that a change of one is a change of one line."""
    def line(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    emulators = []
    for emulator, differing in found.items():
        calls = [
            f'  {line(name)}: {{\n   "node": {line(d["node"])},\n   "emulator": {line(d["emulator"])}\n  }}'
            for name, d in sorted(differing.items())]
        emulators.append(f' {line(emulator)}: {{\n' + ",\n".join(calls) + "\n }")
    return "{\n" + ",\n".join(emulators) + "\n}\n"


accept = "--accept" in sys.argv
report, node_url, *targets = [a for a in sys.argv[1:] if a != "--accept"]
targets = [("node", node_url)] + [tuple(t.split("=", 1)) for t in targets]
with ThreadPoolExecutor(len(targets)) as threads:
    told = dict(zip((name for name, _ in targets), threads.map(answers, targets)))
found = {name: differences(told["node"], told[name]) for name, _ in targets[1:]}
if accept:
    LISTED.write_text(listing(found))
listed = json.loads(LISTED.read_text())
pathlib.Path(report).write_text(json.dumps({name: list(problems(name, f, listed.get(name, {}))) for name, f in found.items()}, indent=1))
print({name: f"{len(told[name])} calls, {len(f)} differ" for name, f in found.items()})
