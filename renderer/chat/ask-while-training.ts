import type { Job } from '../../shared/contract/job-kinds.ts';
import type { SystemSpec } from '../../shared/domain/identity.ts';
import { chatCostText } from '../../shared/text/chat/answering.ts';
import { jobsFeed } from '../rpc/jobs.ts';
import { confirmAction } from '../ui/dialogs/dialog.tsx';
import type { AvailableModels } from '../ui/systems/systems.ts';

/** Runs beside which a person wants answers, whatever they cost. */
const agreedTo = new Set<string>();

/** Has something answered at once; while a run trains, once a person knows what that costs. */
export function askWhileTraining(
  systems: readonly SystemSpec[],
  available: AvailableModels,
  answer: () => void,
): void {
  const job = jobsFeed.read().find(({ kind, state }) => kind === 'train' && state === 'running');
  if (!job || agreedTo.has(job.id)) return answer();
  const sizeOf = ({ modelId }: SystemSpec) =>
    available.models.find(({ id }) => id === modelId)?.info.fileSizeBytes ?? 0;
  void answerIfAgreed(job, systems.map(sizeOf), answer);
}

async function answerIfAgreed(
  { id, title, progress }: Job,
  modelBytes: readonly number[],
  answer: () => void,
): Promise<void> {
  const isAgreed = await confirmAction({
    title: 'Answer while a run is training?',
    body: chatCostText({ runName: title, etaMs: progress?.etaMs ?? null, modelBytes }),
    confirmLabel: 'Answer now',
    refuseLabel: 'Not now',
  });
  if (!isAgreed) return;
  agreedTo.add(id);
  answer();
}
