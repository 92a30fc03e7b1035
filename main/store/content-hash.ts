import { createHash } from 'node:crypto';
import type { Message } from '../../shared/domain/message.ts';
import { StoreError } from './store-error.ts';

/**
 * SHA-256 over roles and contents: two samples with the same words have the same hash, whatever
 * their weights, source or version. The only such hash: what the trainer resumes with is hashed
 * from tokens and masks, which a template or another tokenizer changes.
 */
export function sampleContentHash(messages: readonly Message[]): string {
  const canonical = JSON.stringify(messages.map(({ role, content }) => [role, content]));
  return createHash('sha256').update(canonical).digest('hex');
}

/** The refusal to use a frozen list whose content has another hash now. */
export function changedSinceFrozen(
  what: 'dataset' | 'prompt set',
  { name, contentHash }: { name: string; contentHash: string },
  found: string,
): StoreError {
  return new StoreError(
    'PROJECT_INVALID',
    `The ${what} “${name}” is not what was frozen: its content has the hash ${found} where ` +
      `${contentHash} is written down. The project file was changed outside of this program, or ` +
      `is damaged. Restore it from a backup, or make the ${what} anew under another name.`,
    { name, contentHash, found },
  );
}
