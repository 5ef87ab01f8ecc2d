// The table of claims in DynamoDB: `key`, `state` (`leased` or `done`), `owner`, `lease_until`, `expires_at` (its TTL).

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

const text = (value) => ({ S: value });
const number = (value) => ({ N: String(value) });

export class Table {
  constructor(client, name) {
    this.client = client;
    this.name = name;
  }

  // Claims, unless it is done or leased; then gives what is there.
  async claim({ key, owner, now, leaseUntil, forgetAt }) {
    const command = new PutItemCommand({
      TableName: this.name,
      Item: {
        key: text(key),
        state: text('leased'),
        owner: text(owner),
        lease_until: number(leaseUntil),
        expires_at: number(forgetAt),
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

  // Notes that it is done.
  complete({ key, owner, forgetAt }) {
    const command = new UpdateItemCommand({
      ...this.#owned(key, owner),
      UpdateExpression: 'SET #state = :done, expires_at = :expires REMOVE lease_until',
      ExpressionAttributeNames: { '#owner': 'owner', '#state': 'state' },
      ExpressionAttributeValues: { ':owner': text(owner), ':done': text('done'), ':expires': number(forgetAt) },
    });
    return this.client.send(command);
  }

  // Gives it back, because it is not done: the next attempt need not wait for the lease.
  release({ key, owner }) {
    const command = new DeleteItemCommand({
      ...this.#owned(key, owner),
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': text(owner) },
    });
    return this.client.send(command);
  }

  #owned(key, owner) {
    return { TableName: this.name, Key: { key: text(key) }, ConditionExpression: '#owner = :owner' };
  }
}
