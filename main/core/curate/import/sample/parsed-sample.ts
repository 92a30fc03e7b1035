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

/** What a JSON record holds, whichever format it is in; `source` only when the record names one. */
export interface ParsedConversation {
  messages: Message[];
  flags: Flag[];
  source?: string;
}

/** A file's name without its extension and compression suffix. */
export function sourceFromFileName(path: string): string {
  return basename(path)
    .replace(/\.(?:gz|zst|zstd)$/i, '')
    .replace(/\.(?:jsonl?|ndjson|xml|txt)$/i, '')
    .toWellFormed();
}
