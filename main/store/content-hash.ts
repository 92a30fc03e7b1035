import { createHash } from 'node:crypto';
import type { Message } from '../../shared/domain/message.ts';

/** SHA-256 over roles and contents: two samples with the same words have the same hash. */
export function sampleContentHash(messages: readonly Message[]): string {
  const canonical = JSON.stringify(messages.map(({ role, content }) => [role, content]));
  return createHash('sha256').update(canonical).digest('hex');
}
