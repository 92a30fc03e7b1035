import { hash } from 'node:crypto';
import type { Message } from '../../shared/domain/message.ts';
import { previewLine } from '../../shared/text/foreign-text.ts';
import { StoreError } from './store-error.ts';

/** SHA-256 of a text. */
export const textHash = (text: string): string => hash('sha256', text);

const hashOf = (canonical: unknown) => textHash(JSON.stringify(canonical));

/**
 * SHA-256 over roles and contents: two samples with the same words have the same one, whatever
 * their weights, source or version. It tells who is held out.
 */
export const sampleWordsHash = (messages: readonly Message[]): string =>
  hashOf(messages.map(({ role, content }) => [role, content]));

/**
 * SHA-256 over all of a conversation that training depends on: roles, contents, and which messages
 * are kept out of the loss. Without any of those it is the hash of the words. The only such hash:
 * what the trainer resumes with is hashed from tokens and masks, which a template or another
 * tokenizer changes.
 */
export const sampleContentHash = (messages: readonly Message[]): string =>
  hashOf(
    messages.map(({ role, content, weight }) =>
      weight === 0 ? [role, content, 0] : [role, content],
    ),
  );

/**
 * SHA-256 over all that makes one sample another: it tells what was imported twice. Other weights
 * train something else; other line ends do not make other words. Without either it is the hash of
 * the words.
 */
export const sampleOriginHash = (messages: readonly Message[]): string =>
  sampleContentHash(
    messages.map((message) => ({ ...message, content: message.content.replace(/\r\n?/g, '\n') })),
  );

/** Where a sample is kept that came beside one from before weights made a difference. */
export const besideOrigin = (originHash: string): string => hashOf(['beside', originHash]);

/** Which messages the loss counts, a digit for each: as `unhashed_weights` has them. */
export const weightsOf = (messages: readonly Message[]): string =>
  messages.map(({ weight }) => (weight === 0 ? '0' : '1')).join('');

/** A stored version, with its weights where its hash was made before weights were in it. */
export interface HashedVersion {
  messages: readonly Message[];
  unhashedWeights: string | null;
}

/**
 * The hash that must be written down for a version. One from before weights were hashed has that of
 * its words, as long as its weights are those that were found then.
 */
export function versionHash({ messages, unhashedWeights }: HashedVersion): string {
  if (unhashedWeights === null) return sampleContentHash(messages);
  if (unhashedWeights === weightsOf(messages)) return sampleWordsHash(messages);
  // What no hash of a version is made of: other weights never pass for the old ones.
  return hashOf(['weights', weightsOf(messages), sampleWordsHash(messages)]);
}

/** The refusal to use a version that is not what its hash was made of. */
export function changedSinceStored(
  { sampleId, prompt, contentHash }: { sampleId: string; prompt: string; contentHash: string },
  found: string,
): StoreError {
  return new StoreError(
    'PROJECT_INVALID',
    `The sample “${previewLine(prompt, 80)}” (${sampleId}) is not what was stored: its words and weights have ` +
      `the hash ${found} where ${contentHash} is written down. The project file was changed outside of ` +
      'this program, or is damaged. Restore it from a backup, or reject this sample or edit it.',
    { sampleId, contentHash, found },
  );
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
