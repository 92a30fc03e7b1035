import type { PipelineFacts, PipelineStep } from '../../shared/domain/project/pipeline.ts';
import type { SystemSpec } from '../../shared/domain/identity.ts';
import { rpc } from '../rpc/client.ts';
import { showErrorToast } from './feedback/toast.tsx';
import { goTo, goToTab } from './navigation.ts';

/** A run with a checkpoint to compare with the model it was trained on. */
export interface TrainedRun {
  modelId: string;
  checkpointId: string;
}

const systemsOf = ({
  modelId,
  checkpointId,
}: TrainedRun): { tuned: SystemSpec; base: SystemSpec } => ({
  tuned: { modelId, checkpointId, strength: 1 },
  base: { modelId, checkpointId: null, strength: 1 },
});

/** Opens the form of a new run on a dataset. */
export function trainOn(datasetId: string | null): void {
  goTo({ tab: 'train', form: { datasetId } });
}

/** Opens Chat with the base on the left, the tuned model on the right and a prompt to send. */
export async function compareInChat(run: TrainedRun): Promise<void> {
  const { tuned, base } = systemsOf(run);
  goTo({ tab: 'chat', systems: { left: base, right: tuned }, prompt: await promptToTry() });
}

/** Opens the form of an evaluation of the tuned model against its base. */
export function evaluateAgainstBase(run: TrainedRun): void {
  const { tuned, base } = systemsOf(run);
  goTo({ tab: 'evaluate', form: { a: tuned, b: base } });
}

/** The first single question of the project's prompt set; empty where there is none. */
async function promptToTry(): Promise<string> {
  try {
    const [{ promptSetId }, sets] = await Promise.all([rpc.project.defaults(), rpc.prompts.list()]);
    const id = promptSetId?.value ?? sets[0]?.id;
    if (id === undefined) return '';
    const { prompts } = await rpc.prompts.get({ id, limit: 20 });
    return prompts.find(({ messages }) => messages.length === 1)?.messages[0]?.content ?? '';
  } catch (error) {
    showErrorToast(error);
    return '';
  }
}

/** Shows the screen of a step, with what it is about to do filled in. */
export function goToStep(facts: PipelineFacts, step: PipelineStep): void {
  const { run, evaluation, dataset } = facts;
  const trained = trainedRunOf(facts);
  if (step === 'curate' || step === 'freeze') goToTab('curate');
  else if (step === 'train')
    if (run) goTo({ tab: 'train', runId: run.id });
    else trainOn(dataset?.id ?? null);
  else if (step === 'chat')
    if (trained && facts.chatAnswers === 0) void compareInChat(trained);
    else goToTab('chat');
  else if (evaluation?.isStudy) goTo({ tab: 'evaluate', studyId: evaluation.id });
  else if (evaluation) goTo({ tab: 'evaluate', evaluationId: evaluation.id });
  else if (trained && step === 'evaluate') evaluateAgainstBase(trained);
  else goToTab('evaluate');
}

/** The run of the facts as one to compare; null before its first checkpoint. */
function trainedRunOf({ run }: PipelineFacts): TrainedRun | null {
  if (!run?.checkpoint) return null;
  return { modelId: run.modelId, checkpointId: run.checkpoint.id };
}
