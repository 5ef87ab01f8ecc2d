// Assembles the process function. Each execution environment creates its clients once and reuses their connections.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';

import { createHandler } from './batch.js';
import { readConfig } from './config.js';
import { DynamoDbClaims } from './dynamodb_claims.js';

// All calls after a delivery have to fit into the time that a batch reserves. Without throwOnRequestTimeout the SDK
// only logs a warning.
const clientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
};

const config = readConfig(process.env);
// By default the client sends requests to the queue URL, even if AWS_ENDPOINT_URL is set. On AWS both are the same.
const sqs = new SQSClient({ ...clientOptions, useQueueUrlAsEndpoint: false });
const claims = config.idempotency && new DynamoDbClaims(new DynamoDBClient(clientOptions), config.idempotency.table);

const changeVisibility = (queueUrl, receiptHandle, seconds) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );

function sendDeadLetter(dlqUrl, body, attributes) {
  const toAttribute = ([name, value]) => [name, { DataType: 'String', StringValue: value }];
  const command = new SendMessageCommand({
    QueueUrl: dlqUrl,
    MessageBody: body,
    MessageAttributes: Object.fromEntries(Object.entries(attributes).map(toAttribute)),
  });
  return sqs.send(command);
}

export const handler = createHandler(config, { claims, changeVisibility, sendDeadLetter });
