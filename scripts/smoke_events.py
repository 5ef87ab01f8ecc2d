"""Writes API Gateway's events for a test of ingest, and prints the path and the expected status codes of each.

usage: smoke_events.py FOLDER rest|http SOURCES

SOURCES is the JSON of the variable HOOKLINE_SOURCES. A GitHub source's `ping` is verified and never queued. SMOKE_SOURCE
has the source's name (default: github), SMOKE_SECRET its secret. Without a secret, or for a source of another sender,
there is only a request with a wrong signature. A secret that is still empty results in 503.
"""

import hashlib
import hmac
import json
import os
import sys
import uuid
from pathlib import Path

BODY = '{"zen":"Keep it logically awesome."}'


def headers(source, secret):
    """The headers of a GitHub `ping` with this secret."""
    signature = hmac.new(secret.encode(), BODY.encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": (source.get("content_types") or ["application/json"])[0],
        "X-GitHub-Event": "ping",
        "X-Hub-Signature-256": f"sha256={signature}",
    }


def event(api_type, path, request_headers):
    """The event of API Gateway for a POST request, in the format of the API's type."""
    context = {"requestId": f"release-{uuid.uuid4()}", "domainName": "release.invalid", "stage": "live"}
    if api_type == "http":
        http = {"method": "POST", "path": f"/live{path}", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
        return {
            "version": "2.0",
            "routeKey": f"POST {path}",
            "rawPath": f"/live{path}",
            "rawQueryString": "",
            "headers": {name.lower(): value for name, value in request_headers.items()},
            "requestContext": {**context, "routeKey": f"POST {path}", "http": http},
            "body": BODY,
            "isBase64Encoded": False,
        }
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": request_headers,
        "multiValueHeaders": {name: [value] for name, value in request_headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {**context, "resourcePath": path, "httpMethod": "POST", "path": f"/live{path}"},
        "body": BODY,
        "isBase64Encoded": False,
    }


def main(folder, api_type, sources_json):
    sources = json.loads(sources_json)
    name = os.environ.get("SMOKE_SOURCE") or "github"
    secret = os.environ.get("SMOKE_SECRET") or ""
    signs = bool(secret) and sources.get(name, {}).get("sender") == "github"
    if name not in sources:
        # Without any source, ingest accepts only POST /events.
        name = next(iter(sorted(sources)), "none")
    source = sources.get(name, {})
    # A source of another sender can have another reason to reject the request.
    rejected = {True: "401", False: "401,503"}[signs] if source.get("sender") == "github" else "400,401,404,415,503"
    requests = [(rejected, f"not the secret {uuid.uuid4()}", f"a request of source {name} with a wrong signature")]
    if signs:
        requests.append(("200", secret, f"a ping of source {name}"))
    for number, (expected, key, text) in enumerate(requests):
        file = Path(folder, f"event-{number}.json")
        file.write_text(json.dumps(event(api_type, f"/webhooks/{name}", headers(source, key))))
        print(file, expected, text, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
