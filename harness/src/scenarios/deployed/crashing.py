"""A process function that responds to an empty batch, and ends at any other one, as a crash does."""

import json
import os
import urllib.request

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as invocation:
        event, request_id = json.load(invocation), invocation.headers["Lambda-Runtime-Aws-Request-Id"]
    if event["Records"]:
        os._exit(1)
    urllib.request.urlopen(f"{api}/{request_id}/response", data=b'{"batchItemFailures": []}').close()
