"""Records the calls of the functions: each different call once, as a line of JSON in the file `calls.jsonl`.

A line has the function's role, and of the request only what names resources. Payloads and secrets are left out.
"""

import json
import re
from urllib.parse import parse_qsl

from ministack.services import sts

FILE = "calls.jsonl"
CREDENTIAL = re.compile(rb"Credential=(ASIA[A-Z0-9]+)/[0-9]+/[^/]+/([^/]+)/")
# Members of JSON and of forms that name a resource.
NAMES = ("DeliveryStreamName", "QueueUrl", "SecretId", "TableName", "stateMachineArn")
NAMES_IN_FORM = re.compile("^(Source|TopicArn)$|Addresses")
lines = set()


def recorded(scope, receive):
    """Returns a function that receives the request, and records the call if a function makes it."""
    headers = dict(scope["headers"])
    credential = CREDENTIAL.search(headers.get(b"authorization", b""))
    session = credential and sts._sessions.get(credential[1].decode())
    if not session:
        return receive
    call = {
        "role": session["Arn"].split("/")[1],
        "service": credential[2].decode(),
        "target": headers.get(b"x-amz-target", b"").decode(),
        "method": scope["method"],
    }
    # The emulator does not read the body of a request that has none.
    if call["method"] in ("GET", "HEAD"):
        record({**call, **named(call["service"], scope, b"")})
        return receive
    body = bytearray()

    async def receive_and_record():
        message = await receive()
        if message["type"] == "http.request":
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                record({**call, **named(call["service"], scope, bytes(body))})
        return message

    return receive_and_record


def named(service, scope, body):
    """Returns the parts of a request that name its resources."""
    if service == "s3":
        # Every payload has its own key.
        path = re.sub(r"[0-9a-f-]{32,}", "0", scope["path"])
        if b"versionId=" in scope["query_string"]:
            return {"url": path + "?versionId=0"}
        return {"url": path + ("?list-type=2" if b"list-type=2" in scope["query_string"] else "")}
    if service in ("execute-api", "lambda"):
        # The body is the event.
        return {"url": scope["path"]}
    if not body.startswith(b"{"):
        form = {name: value for name, value in parse_qsl(body.decode()) if NAMES_IN_FORM.search(name)}
        return {"url": "/", "action": dict(parse_qsl(body.decode())).get("Action", ""), "body": form}
    content = json.loads(body)
    names = {name: content[name] for name in NAMES if name in content}
    # Process claims each delivery with a key of its own; recover has one key for each source.
    for item in ("Key", "Item"):
        key = content.get(item, {}).get("key", {}).get("S", "")
        if key.startswith("recover#"):
            names[item] = {"key": {"S": key}}
    if "RequestItems" in content:
        names["RequestItems"] = dict.fromkeys(content["RequestItems"], 0)
    if "Statements" in content:
        names["Statements"] = [{"Statement": statement["Statement"]} for statement in content["Statements"]]
    if "Entries" in content:
        names["Entries"] = [{"EventBusName": entry.get("EventBusName", "default")} for entry in content["Entries"]]
    return {"url": "/", "body": names}


def record(call):
    line = json.dumps(call, sort_keys=True)
    if line not in lines:
        lines.add(line)
        with open(FILE, "a") as file:
            file.write(line + "\n")
