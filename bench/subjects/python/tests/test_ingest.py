"""The whole handler, with a queue, a bucket and a secret store that are scripted: no network, no package."""

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
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
CONFIG = read_config(
    {
        "HOOKLINE_SOURCES": '{"github":{"scheme":"github"}}',
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


class Aws:
    def __init__(self):
        self.secrets = {"AWSCURRENT": SECRET}
        self.looks, self.messages, self.objects = [], [], []

    def get_secret(self, name, stage):
        self.looks.append((name, stage))
        return self.secrets.get(stage)

    def put_object(self, bucket, key, body):
        self.objects.append((f"s3://{bucket}/{key}", body))

    def send_message(self, _queue_url, message, _trace_header):
        self.messages.append(json.loads(message))


def github(body, kind="push", secret=SECRET, source="github", headers=None):
    signature = "sha256=" + hmac.new(secret, body, "sha256").hexdigest()
    return {
        "resource": "/webhooks/{source}",
        "httpMethod": "POST",
        "pathParameters": {"source": source},
        "multiValueHeaders": {
            "Content-Type": ["application/json"],
            "X-GitHub-Event": [kind],
            "X-GitHub-Delivery": [DELIVERY],
            "X-Hub-Signature-256": [signature],
            **(headers or {}),
        },
        "requestContext": {"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@contextlib.contextmanager
def mocked_clock():
    """The cache's alone: what waits for a thread needs the real one."""
    with mock.patch("secret_cache.time") as its_time:
        its_time.monotonic.return_value = 0
        yield its_time.monotonic


class IngestTest(unittest.TestCase):
    def setUp(self):
        self.aws = Aws()
        self.ingest = Ingest(CONFIG, self.aws)
        self.lines = []

    def call(self, *arguments, **named):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            answer = self.ingest.handle(github(*arguments, **named), None)
        self.lines.append(json.loads(output.getvalue()))
        return answer

    def status(self, *arguments, **named):
        return self.call(*arguments, **named)["statusCode"]

    def looks(self):
        """Since it was last asked."""
        looks, self.aws.looks = self.aws.looks, []
        return looks

    def test_githubs_published_signature_holds(self):
        digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        signature = read_signature({"x-hub-signature-256": [f"sha256={digest}"]})
        self.assertTrue(is_signed(signature, b"Hello, World!", [SECRET]))
        self.assertFalse(is_signed(signature, b"Hello, World?", [SECRET]))

    def test_a_signed_push_is_queued_as_functions_ingest_queues_it(self):
        answer = self.call(b'{"ref":"refs/heads/main"}')
        self.assertEqual((answer["statusCode"], json.loads(answer["body"])), (202, {"id": DELIVERY}))
        [message] = self.aws.messages
        self.assertRegex(message.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        expected = {
            "specversion": "1.0",
            "id": DELIVERY,
            "source": "/webhooks/github",
            "type": "github.push",
            "datacontenttype": "application/json",
            "dedupkey": "0ed879808ee265890ac0cd948dd2a90ffd91a9f0afa5451057ad77e57b0dea8f",
            "data_base64": "eyJyZWYiOiJyZWZzL2hlYWRzL21haW4ifQ==",
        }
        self.assertEqual(message, expected)
        fields = {"duration_ms", "event_id", "level", "outcome", "request_id", "source", "type"}
        self.assertEqual(set(self.lines[0]), fields)

    def test_what_is_refused_has_its_status(self):
        for expected, body, named in [
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
            self.assertEqual(self.status(body, **named), expected, (body[:10], named))
        self.assertEqual(self.aws.messages, [])

    def test_a_ping_is_answered_and_not_queued(self):
        answer = self.call(b"{}", kind="ping")
        self.assertEqual((answer["statusCode"], answer["body"], self.aws.messages), (200, "pong", []))

    def test_a_large_body_is_kept_and_the_message_says_where(self):
        body = json.dumps("x" * 4000).encode()
        self.assertEqual(self.status(body), 202)
        self.assertEqual(self.aws.objects, [(self.aws.messages[0]["dataref"], body)])
        self.assertNotIn("data_base64", self.aws.messages[0])

    def test_a_rotated_secret_is_looked_up_once_more(self):
        self.assertEqual(self.status(b"{}"), 202)
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        self.assertEqual(self.status(b"{}", secret=b"new"), 202)
        self.assertEqual(self.status(b"{}"), 202)
        self.assertEqual(self.status(b"{}", secret=b"another"), 401)
        # Both at the look that the new one caused: it is too early for another.
        self.assertEqual(self.looks(), [CURRENT, CURRENT, PREVIOUS])

    def test_the_previous_secret_is_asked_for_once_it_is_needed_and_forgotten_with_the_current_one(self):
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        with mocked_clock() as clock:
            for secret, looks in [(b"new", [CURRENT]), (SECRET, [CURRENT, PREVIOUS])] * 2:
                for _ in range(3):
                    self.assertEqual(self.status(b"{}", secret=secret), 202)
                self.assertEqual(self.looks(), looks)
                if secret == SECRET:
                    clock.return_value += 300

    def test_wrong_signatures_cause_one_look_in_thirty_seconds(self):
        with mocked_clock() as clock:
            for later, looks in [(0, [CURRENT, CURRENT, PREVIOUS]), (29, []), (1, [CURRENT, PREVIOUS])]:
                clock.return_value += later
                for _ in range(10):
                    self.assertEqual(self.status(b"{}", secret=b"another"), 401)
                self.assertEqual(self.looks(), looks)

    def test_what_the_previous_secret_may_have_signed_is_503_until_the_store_has_answered_for_it(self):
        get_secret, end = self.aws.get_secret, threading.Event()
        self.addCleanup(end.set)

        def hang(name, stage):
            value = get_secret(name, stage)
            if stage == "AWSPREVIOUS":
                end.wait(8)
            return value

        self.aws.get_secret = hang
        self.aws.secrets = {"AWSCURRENT": b"new", "AWSPREVIOUS": SECRET}
        with mocked_clock() as clock:
            started = time.perf_counter()
            for _ in range(3):
                self.assertEqual(self.status(b"{}"), 503)
                self.assertEqual(self.lines[-1]["reason"], "secret_unavailable")
                self.assertEqual(self.status(b"{}", secret=b"new"), 202)
            self.assertLess(time.perf_counter() - started, 2, "it is waited for once, for a second")
            self.assertEqual(self.looks(), [CURRENT, CURRENT, PREVIOUS])
            self.aws.get_secret = get_secret
            clock.return_value += 1.5
            self.assertEqual(self.status(b"{}"), 503)
            self.assertEqual(self.looks(), [])
            clock.return_value += 0.5
            self.assertEqual(self.status(b"{}"), 202)
            self.assertEqual(self.status(b"{}", secret=b"another"), 401)
            self.assertEqual(self.looks(), [CURRENT, PREVIOUS])

    def test_a_rotation_whose_previous_secret_cannot_be_had_is_accepted(self):
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

    def test_a_store_that_is_away_altogether_is_not_asked_for_each_wrong_signature(self):
        self.assertEqual(self.status(b"{}"), 202)
        self.aws.get_secret = mock.Mock(side_effect=ConnectionError)
        for _ in range(3):
            self.assertEqual(self.status(b"{}", secret=b"another"), 503)
        self.assertEqual(self.status(b"{}"), 202)
        self.assertEqual(self.aws.get_secret.call_count, 1)

    def test_a_service_that_fails_is_answered_with_503_and_its_message_is_not_logged(self):
        def fail(*_):
            raise ConnectionError("the body was {}")

        self.aws.send_message = fail
        answer = self.call(b"{}")
        self.assertEqual((answer["statusCode"], answer["headers"]["retry-after"]), (503, "10"))
        self.assertEqual((self.lines[0]["reason"], self.lines[0]["detail"]), ("queue_unavailable", "ConnectionError"))
        self.aws.secrets = {}
        self.ingest = Ingest(CONFIG, self.aws)
        self.assertEqual(self.status(b"{}"), 503)


if __name__ == "__main__":
    unittest.main()
