import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import type { CoreClient } from '../../cli/open-core.ts';
import { existingFile } from '../../arguments/project-models.ts';

const verdictLine = z.object({
  ordinal: z.number().int().min(0),
  verdict: z.enum(['left', 'right', 'neither']),
});

/** One blind verdict: which comparison, and which side was better. */
export type VerdictLine = z.infer<typeof verdictLine>;

/** Reads a verdict file; every line is checked before any vote is stored. */
export async function readVerdicts(file: string): Promise<VerdictLine[]> {
  const text = await readFile(await existingFile(resolve(file)), 'utf8');
  const verdicts: VerdictLine[] = [];
  for (const [index, line] of text.split('\n').entries())
    if (line.trim() !== '') verdicts.push(parseVerdict(line, `${file}, line ${index + 1}`));
  return verdicts;
}

function parseVerdict(line: string, where: string): VerdictLine {
  try {
    return verdictLine.parse(JSON.parse(line));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${where} is not a verdict: ${reason}`);
  }
}

/** Stores every verdict and returns how many; stops at a comparison that does not exist. */
export async function voteFromFile(
  client: CoreClient,
  id: string,
  verdicts: readonly VerdictLine[],
): Promise<number> {
  let voted = 0;
  for (const { ordinal, verdict } of verdicts) {
    const comparison = await client.evaluations.comparison({ id, ordinal });
    if (!comparison)
      throw new CommandError(
        'NOT_FOUND',
        `Comparison ${ordinal} does not exist or has no answers yet; ${voted} votes were stored.`,
        { ordinal, voted },
      );
    await client.evaluations.vote({ comparisonId: comparison.comparisonId, verdict });
    voted++;
  }
  return voted;
}
