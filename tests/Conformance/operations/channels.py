"""CreateChannel, DeleteChannel, DescribeChannel, ListChannels and UpdateChannel, which only newer SDKs know."""
from conformance import *

ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:channel/c"


@case
def there_are_none():
    equal((200, {"ChannelSummaries": []}), raw("ListChannels", {}))
    for operation in ("DescribeChannel", "DeleteChannel", "UpdateChannel"):
        equal(
            (400, {"__type": NOT_FOUND, "message": f"Channel {ARN}, account {ACCOUNT} not found."}), raw(operation, {"ChannelARN": ARN}))
        equal(
            (400, {"__type": VALIDATION, "message": f"1 validation error detected: {null('channelARN')}"}), raw(operation, {}))


@case
def none_can_be_created():
    equal(
        (400, {"__type": INVALID, "message": "Channel c cannot be created: channels are not served here."}),
        raw("CreateChannel", {"ChannelName": "c"}))
    equal((400, {"__type": VALIDATION, "message": f"1 validation error detected: {null('channelName')}"}), raw("CreateChannel", {}))
