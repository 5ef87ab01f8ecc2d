// GitHub's signature: X-Hub-Signature-256 is `sha256=` and the HMAC-SHA256 over the exact body in hex.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries

import { createHmac, timingSafeEqual } from 'node:crypto';

import { notAuthentic } from './rejection.js';

// The bytes of the one signature. Which of several another reader would believe is not ours to guess.
export function readSignature(headers) {
  const values = headers.get('x-hub-signature-256') ?? [];
  if (values.length === 0) throw notAuthentic('signature_missing');
  if (values.length > 1) throw notAuthentic('signature_duplicate');
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(values[0]) ?? [];
  if (!hex) throw notAuthentic('signature_malformed');
  return Buffer.from(hex, 'hex');
}

// Both are 32 bytes, as timingSafeEqual demands.
export const isSigned = (signature, body, secrets) =>
  secrets.some((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature));
