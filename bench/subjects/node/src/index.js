// Assembles the ingest function. Each execution environment creates its clients once and reuses their connections.

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';

import { readConfig } from './config.js';
import { createHandler } from './ingest.js';

// The SDK's default timeouts are longer than the function's timeout. Without throwOnRequestTimeout the SDK only logs a
// warning.
const clientOptions = (maxAttempts, requestTimeout) => ({
  maxAttempts,
  requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
});

const secretsManager = new SecretsManagerClient(clientOptions(2, 1500));
const s3 = new S3Client(clientOptions(2, 3000));
// By default the client sends requests to the queue URL, even if AWS_ENDPOINT_URL is set. On AWS both are the same.
const sqs = new SQSClient({ ...clientOptions(3, 2000), useQueueUrlAsEndpoint: false });

async function getSecret(name, stage, abortSignal) {
  try {
    const command = new GetSecretValueCommand({ SecretId: name, VersionStage: stage });
    const { SecretString, SecretBinary } = await secretsManager.send(command, { abortSignal });
    return Buffer.from(SecretString ?? SecretBinary);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const putObject = (bucket, key, body, abortSignal) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), { abortSignal });

// The message attribute AWSTraceHeader continues the trace in the process function.
function sendMessage(queueUrl, message, traceHeader, abortSignal) {
  const attributes = traceHeader && { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } };
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: message,
    MessageSystemAttributes: attributes,
  });
  return sqs.send(command, { abortSignal });
}

export const handler = createHandler(readConfig(process.env), { getSecret, putObject, sendMessage });
