"""Tests of the whole handler with a fake queue, bucket and secret store. They need no network and no package."""

import base64
import contextlib
import hmac
import io
import json
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from config import read_config
from ingest import Ingest
from signature import is_signed, read_signature

SECRET = b"It's a Secret to Everybody"
DELIVERY_ID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
CONFIG = read_config(
    {
        "HOOKLINE_SOURCES": '{"github":{"sender":"github"}}',
        "HOOKLINE_PREFIX": "hookline-test",
        "HOOKLINE_QUEUE_URL": "https://sqs.test/intake",
        "HOOKLINE_PAYLOAD_BUCKET": "payloads",
        "HOOKLINE_MAX_MESSAGE_BYTES": "4096",
        "HOOKLINE_SECRET_TTL_SECONDS": "300",
        "HOOKLINE_SECRET_REFRESH_SECONDS": "30",
    }
)


CURRENT = ("hookline-test/sources/github", "AWSCURRENT")
PREVIOUS = ("hookline-test/sources/github", "AWSPREVIOUS")


class FakeAws:
    def __init__(self):
        self.secrets = {"AWSCURRENT": SECRET}
        self.lookups, self.messages, self.objects = [], [], []

    def get_secret(self, name, stage):
        self.lookups.append((name, stage))
        return self.secrets.get(stage)

    def put_object(self, bucket, key, body):
        self.objects.append((f"s3://{bucket}/{key}", body))

    def send_message(self, _queue_url, message, _trace_header):
        self.messages.append(json.loads(message))


def github_request(body, event_name="push", secret=SECRET, source="github", headers=None):
    signature = "sha256=" + hmac.new(secret, body, "sha256").hexdigest()
    return {
        "resource": f"/webhooks/{source}",
        "httpMethod": "POST",
        "multiValueHeaders": {
            "Content-Type": ["application/json"],
            "X-GitHub-Event": [event_name],
            "X-GitHub-Delivery": [DELIVERY_ID],
            "X-Hub-Signature-256": [signature],
            **(headers or {}),
        },
        "requestContext": {"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@contextlib.contextmanager
def mocked_clock():
    """Replaces the cache's clock only: waiting for a thread needs the real one."""
    with mock.patch("secret_cache.time") as mocked_time:
        mocked_time.monotonic.return_value = 0
        yield mocked_time.monotonic


class IngestTest(unittest.TestCase):
    def setUp(self):
        self.aws = FakeAws()
        self.ingest = Ingest(CONFIG, self.aws)
        self.lines = []

    def call(self, *arguments, **options):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            response = self.ingest.handle(github_request(*arguments, **options), None)
        self.lines.append(json.loads(output.getvalue()))
        return response

    def status(self, *arguments, **options):
        return self.call(*arguments, **options)["statusCode"]

    def take_lookups(self):
        """Returns the lookups since the last call."""
        lookups, self.aws.lookups = self.aws.lookups, []
        return lookups

    def test_accepts_githubs_published_signature(self):
        digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        signature = read_signature({"x-hub-signature-256": [f"sha256={digest}"]})
        self.assertTrue(is_signed(signature, b"Hello, World!", [SECRET]))
        self.assertFalse(is_signed(signature, b"Hello, World?", [SECRET]))

    def test_signed_push_is_queued_in_the_format_of_functions_ingest(self):
        response = self.call(b'{"ref":"refs/heads/main"}')
        self.assertEqual((response["statusCode"], json.loads(response["body"])), (202, {"id": DELIVERY_ID}))
        [message] = self.aws.messages
        self.assertRegex(message.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        expected = {
            "specversion": "1.0",
            "id": DELIVERY_ID,
            "source": "/webhooks/github",
            "type": "github.push",
            "datacontenttype": "application/json",
            "dedupkey": "0ed879808ee265890ac0cd948dd2a90ffd91a9f0afa5451057ad77e57b0dea8f",
            "data_base64": "eyJyZWYiOiJyZWZzL2hlYWRzL21haW4ifQ==",
        }
        self.assertEqual(message, expected)
        fields = {"duration_ms", "event_id", "level", "outcome", "request_id", "source", "type"}
        self.assertEqual(set(self.lines[0]), fields)

    def test_each_rejection_has_its_status(self):
        for expected, body, options in [
            (401, b"{}", {"secret": b"another"}),
            (401, b"{}", {"headers": {"X-Hub-Signature-256": []}}),
            (401, b"{}", {"headers": {"x-hub-signature-256": ["sha256=00"]}}),
            (404, b"{}", {"source": "another"}),
            (400, b"{", {}),
            (400, b"NaN", {}),
            (400, b"", {}),
            (413, b"x" * 5_000_000, {}),
            (415, b"{}", {"headers": {"Content-Type": ["text/html"]}}),
            (415, b"{}", {"headers": {"Content-Encoding": ["gzip"]}}),
        ]:
            self.assertEqual(self.status(body, **options), expected, (body[:10], options))
        self.assertEqual(self.aws.messages, [])

    def test_ping_returns_200_and_is_not_queued(self):
        response = self.call(b"{}", event_name="ping")
        self.assertEqual((response["statusCode"], response["body"], self.aws.messages), (200, "pong", []))

    def test_large_body_is_offloaded_and_the_message_has_its_dataref(self):
        body = json.dumps("x" * 4000).encode()
        self.assertEqual(self.status(body), 202)
        self.assertEqual(self.aws.objects, [(self.aws.messages[0]["dataref"], body)])
        self.assertNotIn("data_base64", self.aws.messages[0])

    def test_rotated_secret_is_looked_up_again(self):
        self.assertEqual(self.status(b"{}"), 202)
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        self.assertEqual(self.status(b"{}", secret=b"new"), 202)
        self.assertEqual(self.status(b"{}"), 202)
        self.assertEqual(self.status(b"{}", secret=b"another"), 401)
        # The new secret causes two lookups, then none is due.
        self.assertEqual(self.take_lookups(), [CURRENT, CURRENT, PREVIOUS])

    def test_previous_secret_is_looked_up_when_needed_and_expires_with_the_current_one(self):
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        with mocked_clock() as clock:
            for secret, lookups in [(b"new", [CURRENT]), (SECRET, [CURRENT, PREVIOUS])] * 2:
                for _ in range(3):
                    self.assertEqual(self.status(b"{}", secret=secret), 202)
                self.assertEqual(self.take_lookups(), lookups)
                if secret == SECRET:
                    clock.return_value += 300

    def test_wrong_signatures_cause_one_lookup_per_thirty_seconds(self):
        with mocked_clock() as clock:
            for seconds, lookups in [(0, [CURRENT, CURRENT, PREVIOUS]), (29, []), (1, [CURRENT, PREVIOUS])]:
                clock.return_value += seconds
                for _ in range(10):
                    self.assertEqual(self.status(b"{}", secret=b"another"), 401)
                self.assertEqual(self.take_lookups(), lookups)

    def test_mismatch_returns_503_while_the_previous_secret_is_unknown(self):
        get_secret, test_ended = self.aws.get_secret, threading.Event()
        self.addCleanup(test_ended.set)

        def hang(name, stage):
            value = get_secret(name, stage)
            if stage == "AWSPREVIOUS":
                test_ended.wait(8)
            return value

        self.aws.get_secret = hang
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        with mocked_clock() as clock:
            started_at = time.perf_counter()
            for _ in range(3):
                self.assertEqual(self.status(b"{}"), 503)
                self.assertEqual(self.lines[-1]["reason"], "secret_unavailable")
                self.assertEqual(self.status(b"{}", secret=b"new"), 202)
            self.assertLess(time.perf_counter() - started_at, 2, "only one request waits, for one second")
            self.assertEqual(self.take_lookups(), [CURRENT, CURRENT, PREVIOUS])
            self.aws.get_secret = get_secret
            clock.return_value += 1.5
            self.assertEqual(self.status(b"{}"), 503)
            self.assertEqual(self.take_lookups(), [])
            clock.return_value += 0.5
            self.assertEqual(self.status(b"{}"), 202)
            self.assertEqual(self.status(b"{}", secret=b"another"), 401)
            self.assertEqual(self.take_lookups(), [CURRENT, PREVIOUS])

    def test_rotated_secret_is_accepted_when_the_previous_secret_is_unavailable(self):
        self.assertEqual(self.status(b"{}"), 202)
        get_secret = self.aws.get_secret

        def fail(name, stage):
            if stage == "AWSPREVIOUS":
                raise ConnectionError
            return get_secret(name, stage)

        self.aws.get_secret = fail
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        self.assertEqual(self.status(b"{}", secret=b"new"), 202)
        self.assertEqual(self.status(b"{}"), 503)

    def test_unavailable_secret_store_is_not_called_for_each_wrong_signature(self):
        self.assertEqual(self.status(b"{}"), 202)
        self.aws.get_secret = mock.Mock(side_effect=ConnectionError)
        for _ in range(3):
            self.assertEqual(self.status(b"{}", secret=b"another"), 503)
        self.assertEqual(self.status(b"{}"), 202)
        self.assertEqual(self.aws.get_secret.call_count, 1)

    def test_failing_service_returns_503_and_its_message_is_not_logged(self):
        def fail(*_):
            raise ConnectionError("the body was {}")

        self.aws.send_message = fail
        response = self.call(b"{}")
        self.assertEqual((response["statusCode"], response["headers"]["retry-after"]), (503, "10"))
        self.assertEqual((self.lines[0]["reason"], self.lines[0]["detail"]), ("queue_unavailable", "ConnectionError"))
        self.aws.secrets = {}
        self.ingest = Ingest(CONFIG, self.aws)
        self.assertEqual(self.status(b"{}"), 503)


if __name__ == "__main__":
    unittest.main()
