import { useEffect, useState } from 'react';
import { z } from 'zod';
import { xrayOpenRecipeSchema, type XrayRow } from '../../../shared/domain/xray.ts';
import { TrainedCount, xrayProblems } from '../../../shared/domain/xray-totals.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { xrayProblemText } from '../../../shared/text/xray.ts';
import { rpc } from '../../rpc/client.ts';
import { isAbort } from '../../rpc/rpc-error.ts';

/** What becomes of the samples of a run that was not started yet, as far as it is known. */
export interface SamplesAhead {
  /** `none` where nothing is looked at, `offered` where that would take long. */
  phase: 'none' | 'offered' | 'counting' | 'counted' | 'stopped' | 'failed';
  done: number;
  total: number;
  /** Samples that do not come as they are, and the first few of them. */
  found: number;
  first: readonly { sampleId: string; text: string }[];
  /** Samples that the trainer gets; known once all are counted. */
  samples: number | null;
  error: unknown;
}

const nothing: SamplesAhead = {
  phase: 'none',
  done: 0,
  total: 0,
  found: 0,
  first: [],
  samples: null,
  error: undefined,
};

const mostShown = 3;

/** The same with the next samples. */
export function withRows(
  ahead: SamplesAhead,
  rows: readonly XrayRow[],
  maxTokens: number,
): SamplesAhead {
  const found = rows.filter((row) => xrayProblems(row).length > 0);
  const shown = found.slice(0, Math.max(0, mostShown - ahead.first.length)).map((row) => ({
    sampleId: row.sampleId,
    text: `#${row.seq}: ${xrayProblemText(row, maxTokens)}`,
  }));
  return {
    ...ahead,
    done: ahead.done + rows.length,
    found: ahead.found + found.length,
    first: [...ahead.first, ...shown],
  };
}

/** What a person asked of the samples of one choice; a new `attempt` begins anew. */
interface Asked {
  key: string;
  isWanted: boolean;
  attempt: number;
}

/** The samples are looked at once more, also where that was wanted all along and failed. */
export const lookedAgain = ({ attempt }: Asked, key: string): Asked => ({
  key,
  isWanted: true,
  attempt: attempt + 1,
});

interface Choice {
  modelId: string;
  datasetId: string;
  recipe: Recipe;
  /** Of the dataset. */
  samples: number;
}

/** A form is often left, or sent off, sooner. */
const waitMs = 1500;
/** More of them take minutes: they are looked at when a person asks. */
const mostUnasked = 20_000;

/**
 * Encodes the chosen samples in the background as the run would, anew when the choice changes; `null`
 * looks at nothing. What is under way ends with the form.
 */
export function useSamplesAhead(choice: Choice | null): SamplesAhead & {
  look: () => void;
  stop: () => void;
} {
  const key = choice ? keyOf(choice) : '';
  const [seen, setSeen] = useState({ key: '', ahead: nothing });
  const [asked, setAsked] = useState<Asked>({ key: '', isWanted: false, attempt: 0 });
  const isOwn = asked.key === key;
  const isWanted = key !== '' && (isOwn ? asked.isWanted : (choice?.samples ?? 0) <= mostUnasked);
  const attempt = isOwn ? asked.attempt : 0;
  useEffect(() => {
    if (!isWanted) return undefined;
    const abort = new AbortController();
    const change: Change = (next) =>
      setSeen((before) => ({ key, ahead: next(before.key === key ? before.ahead : nothing) }));
    const wait = attempt === 0 ? waitMs : 0;
    const timer = setTimeout(() => void follow(key, abort.signal, change), wait);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, isWanted, attempt]);
  const known = seen.key === key ? seen.ahead : nothing;
  const idle = key === '' ? 'none' : isOwn ? 'stopped' : 'offered';
  const ahead = isWanted ? known : ({ ...known, phase: idle } as const);
  return {
    ...ahead,
    look: () => setAsked((before) => lookedAgain(before, key)),
    stop: () => setAsked((before) => ({ ...before, key, isWanted: false })),
  };
}

const requestSchema = z.object({
  modelId: z.string(),
  datasetId: z.string(),
  recipe: xrayOpenRecipeSchema,
});

const keyOf = (choice: Choice): string => JSON.stringify(requestSchema.parse(choice));

type Change = (next: (before: SamplesAhead) => SamplesAhead) => void;

async function follow(key: string, signal: AbortSignal, change: Change): Promise<void> {
  const request = requestSchema.parse(JSON.parse(key));
  const trained = new TrainedCount();
  change(() => ({ ...nothing, phase: 'counting' }));
  try {
    for await (const event of await rpc.xray.open(request, { signal })) {
      if (signal.aborted) return;
      if (event.type === 'opened') change((before) => ({ ...before, total: event.samples }));
      else if (event.type === 'rows') {
        for (const row of event.rows) trained.add(row);
        change((before) => withRows(before, event.rows, request.recipe.maxTokens));
      } else {
        const samples = trained.without(event.heldOutIds);
        change((before) => ({ ...before, phase: 'counted', samples }));
        // The engine would stay for a look at the tokens.
        return;
      }
    }
  } catch (error) {
    if (!signal.aborted && !isAbort(error))
      change((before) => ({ ...before, phase: 'failed', error }));
  }
}
