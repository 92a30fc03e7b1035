import { createHash } from 'node:crypto';
import type { Message } from '../../shared/domain/message.ts';

/**
 * SHA-256 over roles and contents: two samples with the same words have the same hash, whatever
 * their weights, source or version. The only such hash: what the trainer resumes with is hashed
 * from tokens and masks, which a template or another tokenizer changes.
 */
export function sampleContentHash(messages: readonly Message[]): string {
  const canonical = JSON.stringify(messages.map(({ role, content }) => [role, content]));
  return createHash('sha256').update(canonical).digest('hex');
}
