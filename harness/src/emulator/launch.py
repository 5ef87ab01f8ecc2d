"""Starts MiniStack behind a simulated TLS proxy, like the one in front of AWS.

The production queues and buckets deny plain HTTP (`aws:SecureTransport`), and MiniStack evaluates that condition. It treats
a request as secure if the header `X-Forwarded-Proto` is `https`. Here, the only network between the two is the loopback.
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
