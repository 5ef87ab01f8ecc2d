"""Assembles the function. Each execution environment creates its clients once and reuses their connections."""

import os

import boto3
from botocore.config import Config

from config import read_config
from ingest import Ingest


def _client_config(attempts, timeout_seconds):
    """The SDK's default timeouts are longer than the function's timeout."""
    return Config(
        connect_timeout=1,
        read_timeout=timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )


class Aws:
    def __init__(self):
        self._secrets_manager = boto3.client("secretsmanager", config=_client_config(2, 1.5))
        self._s3 = boto3.client("s3", config=_client_config(2, 3))
        self._sqs = boto3.client("sqs", config=_client_config(3, 2))

    def get_secret(self, name, stage):
        try:
            value = self._secrets_manager.get_secret_value(SecretId=name, VersionStage=stage)
        except self._secrets_manager.exceptions.ResourceNotFoundException:
            return None
        return value["SecretString"].encode() if "SecretString" in value else value["SecretBinary"]

    def put_object(self, bucket, key, body):
        self._s3.put_object(Bucket=bucket, Key=key, Body=body)

    def send_message(self, queue_url, message, trace_header):
        # The message attribute AWSTraceHeader continues the trace in the process function.
        attributes = {}
        if trace_header:
            attributes = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace_header}}
        self._sqs.send_message(QueueUrl=queue_url, MessageBody=message, MessageSystemAttributes=attributes)


handle = Ingest(read_config(os.environ), Aws()).handle
