import type { ReadReason } from '../../domain/project/access.ts';

/** Why a project takes no changes, and what to do about it: two sentences for a person. */
interface ReadOnlyText {
  why: string;
  advice: string;
}

const texts: Record<ReadReason, ReadOnlyText> = {
  'not-trusted': {
    why: 'It was not made on this machine.',
    advice: 'Look at what it contains and who wrote it; when you trust it, you can edit it.',
  },
  'not-writable': {
    why: 'The file or its folder cannot be written.',
    advice:
      'Copy the project to a folder that you can write and open the copy, or change the permissions and open it again.',
  },
  merging: {
    why: 'It is being merged with another copy.',
    advice: 'Wait until the merge ends, or cancel it.',
  },
  'damaged-order': {
    why: 'A row of it, or its count, was damaged, so what is newer cannot be told.',
    advice: 'Restore it from a backup; until then everything in it can be read and exported.',
  },
  saving: {
    why: 'It is being saved as a new file.',
    advice: 'Wait a moment, and go on in that.',
  },
  'disk-full': {
    why: 'Its disk has no space left.',
    advice: 'Free some space and open it again, or copy the project to another disk.',
  },
  'changed-outside': {
    why: 'Its files were changed, moved or deleted while it was open, so nothing more is stored.',
    advice: 'Save what is open as a new file and go on in that.',
  },
};

/** The two sentences about a project that is open for reading only. */
export const readOnlyText = (reason: ReadReason): ReadOnlyText => texts[reason];

/** The same in one text, for a terminal and for a refusal. */
export function readOnlyNotice(reason: ReadReason): string {
  const { why, advice } = readOnlyText(reason);
  return `The project is open for reading only. ${why} ${advice}`;
}
