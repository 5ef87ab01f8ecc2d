// GitHub's signature: X-Hub-Signature-256 is `sha256=` followed by the HMAC-SHA256 of the exact body in hex.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries

import { createHmac, timingSafeEqual } from 'node:crypto';

import { notAuthentic } from './rejection.js';

// Returns the bytes of the signature. Rejects a duplicate header: other software may use another of its values.
export function readSignature(headers) {
  const values = headers.get('x-hub-signature-256') ?? [];
  if (values.length === 0) throw notAuthentic('signature_missing');
  if (values.length > 1) throw notAuthentic('signature_duplicate');
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(values[0]) ?? [];
  if (!hex) throw notAuthentic('signature_malformed');
  return Buffer.from(hex, 'hex');
}

// timingSafeEqual requires equal lengths: both values have 32 bytes.
export const isSigned = (signature, body, secrets) =>
  secrets.some((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature));
