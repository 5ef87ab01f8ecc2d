"""Starts MiniStack as if TLS ended in front of it, as it does in front of AWS.

The production queues and buckets refuse plain HTTP (`aws:SecureTransport`), and MiniStack enforces that. It takes a
request for secure when a proxy says so; here, nothing but the loopback lies between.
"""

import ministack.app

inner = ministack.app.app


async def app(scope, receive, send):
    if scope["type"] == "http":
        headers = [header for header in scope["headers"] if header[0] != b"x-forwarded-proto"]
        scope = {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}
    await inner(scope, receive, send)


ministack.app.app = app
ministack.app.main()
