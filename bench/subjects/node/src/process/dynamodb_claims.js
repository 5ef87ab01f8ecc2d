// The claims in DynamoDB. An item has `key`, `state` (`leased` or `done`), `owner`, `lease_until` and `expires_at` (its
// TTL).

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

const text = (value) => ({ S: value });
const number = (value) => ({ N: String(value) });

export class DynamoDbClaims {
  constructor(client, table) {
    this.client = client;
    this.table = table;
  }

  // Creates a lease and returns undefined. If the delivery is already done or leased, returns the stored item instead.
  async claim({ key, owner, now, leaseUntil, expiresAt }) {
    const command = new PutItemCommand({
      TableName: this.table,
      Item: {
        key: text(key),
        state: text('leased'),
        owner: text(owner),
        lease_until: number(leaseUntil),
        expires_at: number(expiresAt),
      },
      ConditionExpression: 'attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)',
      ExpressionAttributeNames: { '#key': 'key', '#state': 'state' },
      ExpressionAttributeValues: { ':leased': text('leased'), ':now': number(now) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.client.send(command);
      return undefined;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { state, owner, lease_until } = error.Item ?? {};
      return { state: state?.S, owner: owner?.S, leaseUntil: lease_until && Number(lease_until.N) };
    }
  }

  // Records that the delivery is done.
  complete({ key, owner, expiresAt }) {
    const command = new UpdateItemCommand({
      ...this.#ownItem(key, owner),
      UpdateExpression: 'SET #state = :done, expires_at = :expires REMOVE lease_until',
      ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
      ExpressionAttributeValues: { ':owner': text(owner), ':done': text('done'), ':expires': number(expiresAt) },
    });
    return this.client.send(command);
  }

  // Deletes the lease after a failed delivery, so the next attempt does not wait until it ends.
  release({ key, owner }) {
    const command = new DeleteItemCommand({
      ...this.#ownItem(key, owner),
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': text(owner) },
    });
    return this.client.send(command);
  }

  #ownItem(key, owner) {
    return { TableName: this.table, Key: { key: text(key) }, ConditionExpression: '#owner = :owner' };
  }
}
