import { create } from 'zustand';
import type { XrayOpenRecipe, XrayRow } from '../../../shared/domain/xray.ts';
import { rpc } from '../../rpc/client.ts';
import { isAbort } from '../../rpc/rpc-error.ts';
import type { XrayFilterState, XrayOrder } from './xray-rows.ts';

/** What is looked at: a dataset with a base model and the length rules of a recipe. */
export interface XrayChoice {
  modelId: string;
  datasetId: string;
  recipe: XrayOpenRecipe;
}

interface XrayState {
  request: XrayChoice | null;
  phase: 'counting' | 'counted' | 'stopped' | 'failed';
  error: unknown;
  /** Names the open stream; `null` when tokens cannot be asked for. */
  xrayId: string | null;
  rows: readonly XrayRow[];
  /** Samples of the dataset; 0 until that is known. */
  total: number;
  /** The limit that holds; the recipe's until the model's context is known. */
  maxTokens: number;
  templateSha256: string;
  /** Samples that would only be measured; known once all are counted. */
  heldOutIds: ReadonlySet<string>;
  selectedId: string | null;
  /** The totals instead of the selected sample. */
  isOverview: boolean;
  source: string;
  problem: XrayFilterState;
  order: XrayOrder;
}

/** State of the Token X-ray; nothing of it is kept when it closes. */
export const useXray = create<XrayState>(() => ({
  request: null,
  phase: 'counting',
  error: undefined,
  xrayId: null,
  rows: [],
  total: 0,
  maxTokens: 0,
  templateSha256: '',
  heldOutIds: new Set(),
  selectedId: null,
  isOverview: true,
  source: '',
  problem: '',
  order: 'dataset',
}));

let running = new AbortController();

/** Starts to look; ends what was looked at before. Filter and selection start anew. */
export function startXray(request: XrayChoice): void {
  closeXray();
  useXray.setState({ request, maxTokens: request.recipe.maxTokens });
  void follow(request, running.signal);
}

/** Looks at the same again, after a stop or an error. */
export function reopenXray(): void {
  const { request } = useXray.getState();
  if (request) startXray(request);
}

/** Stops counting; what was counted stays. */
export function stopXray(): void {
  running.abort();
  useXray.setState({ phase: 'stopped', xrayId: null });
}

/** Ends the stream and forgets everything. */
export function closeXray(): void {
  running.abort();
  running = new AbortController();
  useXray.setState(useXray.getInitialState());
}

async function follow(request: XrayChoice, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of await rpc.xray.open(request, { signal })) {
      if (signal.aborted) return;
      if (event.type === 'opened') useXray.setState({ xrayId: event.xrayId, total: event.samples });
      else if (event.type === 'rows')
        useXray.setState(({ rows }) => ({ rows: [...rows, ...event.rows] }));
      else {
        const { type: _type, heldOutIds, ...counted } = event;
        useXray.setState({ phase: 'counted', heldOutIds: new Set(heldOutIds), ...counted });
      }
    }
    if (!signal.aborted) useXray.setState({ phase: 'stopped', xrayId: null });
  } catch (error) {
    if (signal.aborted || isAbort(error)) return;
    useXray.setState({ phase: 'failed', error, xrayId: null });
  }
}

/** Shows the tokens of a sample. */
export function selectXraySample(sampleId: string): void {
  useXray.setState({ selectedId: sampleId, isOverview: false });
}

/** Moves through these samples, from the first one when none of them is selected. */
export function moveXraySelection(rows: readonly XrayRow[], steps: number): void {
  const { selectedId } = useXray.getState();
  const index = rows.findIndex(({ sampleId }) => sampleId === selectedId);
  const next = index < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, index + steps));
  const row = rows[next];
  if (row) selectXraySample(row.sampleId);
}
