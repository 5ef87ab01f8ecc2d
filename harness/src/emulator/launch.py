"""Starts MiniStack with six differences to its usual behaviour.

A simulated TLS proxy, like the one in front of AWS: the production queues and buckets deny plain HTTP
(`aws:SecureTransport`), and MiniStack evaluates that condition. It treats a request as secure if the header
`X-Forwarded-Proto` is `https`. Here, the only network between the two is the loopback.

Weighted aliases: MiniStack stores the weight of an alias's second version and ignores it. Here, each invocation through
API Gateway or an event source mapping gets a version by its weight, and the metrics that Lambda publishes for a weighted
alias. A response at the path `/_weighted_aliases` tells the harness that it can rely on both.

A certificate authority: the functions inherit the variable SSL_CERT_FILE, which names the harness's authority. A response
at the path `/_private_authority` tells the harness that they trust it.

Keys of method settings: AWS returns `~1webhooks~1github/POST` as in the request. MiniStack returns the path with slashes,
so Terraform would not find the settings and would plan to create them again.

Head and body of a response in one write: MiniStack's server writes them separately. Sometimes Terraform's provider closes its
connection between the two and repeats the request, and the resource exists already.

Schedules: MiniStack looks at them every ten seconds. Here it does each second, so no test waits for one.

calls.py records the calls of the functions.
"""

import os
import random

import calls
import h11
import ministack.app
from hypercorn.events import RawData
from hypercorn.protocol.h11 import H11Protocol
from ministack.services import apigateway_v1, cloudwatch, lambda_svc, scheduler

CAPABILITIES = ["/_weighted_aliases"] + ["/_private_authority"] * ("SSL_CERT_FILE" in os.environ)

inner = ministack.app.app
resolve = lambda_svc._effective_func_record_for_qualifier
execute = lambda_svc._execute_function
throttle_settings = apigateway_v1._method_throttle_settings


async def app(scope, receive, send):
    if scope["type"] == "http":
        if scope["path"] in CAPABILITIES:
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
            return
        headers = [header for header in scope["headers"] if header[0] != b"x-forwarded-proto"]
        scope = {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}
        receive = calls.recorded(scope, receive)
    await inner(scope, receive, send)


def resolve_by_weight(function, qualifier):
    alias = ((function or {}).get("aliases") or {}).get(qualifier) or {}
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    record, config = resolve(function, qualifier)
    if not weights or record is None:
        return record, config
    for version, weight in weights.items():
        if random.random() < weight:
            record = function["versions"][version]
    return {**record, "weighted_alias": qualifier}, record["config"]


def execute_with_metrics(function, event):
    result = execute(function, event)
    if alias := function.get("weighted_alias"):
        name, version = function["config"]["FunctionName"], function["config"]["Version"]
        dimensions = {"FunctionName": name, "Resource": f"{name}:{alias}", "ExecutedVersion": version}
        cloudwatch.record_metric("AWS/Lambda", "Invocations", 1, "Count", dimensions)
        cloudwatch.record_metric("AWS/Lambda", "Errors", int(bool(result.get("error"))), "Count", dimensions)
    return result


def encoded_throttle_settings(stage, path, method):
    return throttle_settings(stage, path.replace("/", "~1"), method)


async def send_head_with_body(self, event):
    try:
        data = self.connection.send(event)
    except h11.LocalProtocolError:
        if self.connection.their_state != h11.ERROR:
            raise
        return
    if isinstance(event, h11.Response):
        self.head = data
        return
    # Every response ends with an event, so the head is always sent.
    data, self.head = getattr(self, "head", b"") + (data or b""), b""
    await self.send(RawData(data=data))


H11Protocol._send_h11_event = send_head_with_body
lambda_svc._effective_func_record_for_qualifier = resolve_by_weight
lambda_svc._execute_function = execute_with_metrics
apigateway_v1._decode_json_pointer_token = lambda segment: segment
apigateway_v1._method_throttle_settings = encoded_throttle_settings
scheduler._SCHEDULE_TICK_INTERVAL = 1
ministack.app.app = app
ministack.app.main()
