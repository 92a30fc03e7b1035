import { basename } from 'node:path';
import type { Message } from '../../../../../shared/domain/message.ts';
import type { Flag, Provenance } from '../../../../../shared/domain/sample.ts';

/** A sample as one record of a file gives it, before it is stored. */
export interface ParsedSample {
  messages: Message[];
  source: string;
  provenance: Provenance;
  flags: Flag[];
}

/** A record that was skipped; `line` counts from 1 in the decompressed file. */
export interface BadLine {
  line: number;
  message: string;
}

/** A conversation as a record gives it, with what was found in reading it. */
export type ParsedConversation = Pick<ParsedSample, 'messages' | 'flags'>;

/** A file's name without its extension and the suffix of its compression or archive. */
export function sourceFromFileName(path: string): string {
  return basename(path)
    .replace(/\.(?:gz|zst|zstd|7z|7z\.\d{3,})$/i, '')
    .replace(/\.(?:jsonl?|ndjson|xml|txt)$/i, '')
    .toWellFormed();
}
