// Assembles the function. Clients are made once an environment, and keep their connections between calls.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';

import { createHandler } from './batch.js';
import { readConfig } from './config.js';
import { Table } from './table.js';

// All calls after a delivery have to fit into what a batch keeps free. Without throwOnRequestTimeout it only warns.
const patience = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1200, throwOnRequestTimeout: true },
};

const config = readConfig(process.env);
// By default the queue's URL is the endpoint, even if AWS_ENDPOINT_URL names another; on AWS both are the same.
const sqs = new SQSClient({ ...patience, useQueueUrlAsEndpoint: false });
const claims = config.idempotency && new Table(new DynamoDBClient(patience), config.idempotency.table);

const changeVisibility = (queueUrl, receiptHandle, seconds) =>
  sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );

function sendDeadLetter(dlqUrl, body, attributes) {
  const texts = Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]);
  const command = new SendMessageCommand({
    QueueUrl: dlqUrl,
    MessageBody: body,
    MessageAttributes: Object.fromEntries(texts),
  });
  return sqs.send(command);
}

export const handler = createHandler(config, { claims, changeVisibility, sendDeadLetter });
