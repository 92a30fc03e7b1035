import { useMemo } from 'react';
import {
  defaultFewShot,
  fewShotSchema,
  fewShotText,
  type FewShot,
} from '../../../shared/domain/few-shot.ts';
import type { Identity, SystemSpec } from '../../../shared/domain/identity.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import {
  defaultCheckpoint,
  holdsWholeModel,
  type Checkpoint,
  type Run,
} from '../../../shared/domain/run.ts';
import { longModelName } from '../../../shared/text/model-names.ts';
import { formatShare } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery, type QueryResult } from '../../rpc/use-query.ts';
import { shortHash } from '../format.ts';

/** What a system can be made of, newest first: base models, and training runs with their adapters. */
export interface AvailableModels {
  models: readonly Model[];
  runs: readonly Run[];
}

/** The base models to choose from, with what is wrong with their files. */
export const modelOptions = ({ models }: AvailableModels): { value: string; label: string }[] =>
  models.map((model) => ({
    value: model.id,
    label: `${longModelName(model)}${missingNote(model)}`,
  }));

function missingNote({ isFromElsewhere, isMissing }: Model): string {
  if (isFromElsewhere) return ' (from elsewhere)';
  return isMissing ? ' (missing)' : '';
}

/** The adapters trained on the model, newest run first, of each the picked one and then its last epoch. */
export function checkpointsFor(available: AvailableModels, modelId: string): Checkpoint[] {
  const sha256 = available.models.find((model) => model.id === modelId)?.sha256;
  return available.runs
    .filter((run) => run.modelId === modelId || run.baseSha256 === sha256)
    .flatMap((run) =>
      run.checkpoints.toSorted(
        (first, second) =>
          Number(second.isPicked) - Number(first.isPicked) || second.epoch - first.epoch,
      ),
    )
    .filter(({ isDeleted }) => !isDeleted);
}

/** The adapter of the newest run, the picked one where there is one, with its base; or the newest model as it is. */
export function newestSystem(available: AvailableModels): SystemSpec | null {
  for (const run of available.runs) {
    const model = available.models.find(
      ({ id, sha256 }) => id === run.modelId || sha256 === run.baseSha256,
    );
    const checkpoint = defaultCheckpoint(run.checkpoints);
    if (model && checkpoint) return { modelId: model.id, checkpointId: checkpoint.id, strength: 1 };
  }
  const model = available.models[0];
  return model ? { modelId: model.id, checkpointId: null, strength: 1 } : null;
}

/** What a run made last, on the base it was trained on; undefined where nothing of it is kept. */
export function newestOf({ modelId, checkpoints }: Run): SystemSpec | undefined {
  const kept = checkpoints.filter(({ isDeleted }) => !isDeleted);
  const newest = kept.toSorted((p, q) => q.step - p.step)[0];
  return newest && { modelId, checkpointId: newest.id, strength: 1 };
}

/** The untuned base of a system. */
export function baseOf(system: SystemSpec): SystemSpec {
  return { modelId: system.modelId, checkpointId: null, strength: 1 };
}

/** A system asked with another chat template, or with its own where that is empty. */
export function withTemplate(system: SystemSpec, chatTemplate: string): SystemSpec {
  const { chatTemplate: _before, ...weights } = system;
  return chatTemplate === '' ? weights : { ...weights, chatTemplate };
}

/** A system asked behind other examples, or without any. */
export function withFewShot(system: SystemSpec, fewShot: FewShot | undefined): SystemSpec {
  const { fewShot: _before, ...asked } = system;
  return fewShot ? { ...asked, fewShot } : asked;
}

/** Chat templates that runs of the model trained with, newest first, but for the one in use. */
export function trainedTemplates(
  available: AvailableModels,
  { modelId, chatTemplate }: SystemSpec,
): { runName: string; template: string }[] {
  const found = new Map<string, string>();
  for (const { name, modelId: base, recipe } of available.runs) {
    const template = recipe.chatTemplate;
    if (base !== modelId || template === '' || template === chatTemplate) continue;
    if (!found.has(template) && found.size < mostTrainedTemplates) found.set(template, name);
  }
  return [...found].map(([template, runName]) => ({ runName, template }));
}

const mostTrainedTemplates = 5;

const examplesOf = ({ fewShot }: SystemSpec) => (fewShot ? fewShotText(fewShot) : '');

/** True when both name the same weights, template and examples: the strength of no adapter means nothing. */
export function isSameSystem(first: SystemSpec, second: SystemSpec): boolean {
  if ((first.chatTemplate ?? '') !== (second.chatTemplate ?? '')) return false;
  if (examplesOf(first) !== examplesOf(second)) return false;
  if (first.modelId !== second.modelId || first.checkpointId !== second.checkpointId) return false;
  return first.checkpointId === null || first.strength === second.strength;
}

/** What stands in the way of using a system, in words for a person; `undefined` when nothing does. */
export function systemProblem(available: AvailableModels, system: SystemSpec): string | undefined {
  const model = available.models.find(({ id }) => id === system.modelId);
  if (!model) return 'Choose a base model.';
  if (model.isFromElsewhere)
    return `The project came with this model and says that it is ${model.path}. Nobody on this machine confirmed that.`;
  if (model.isMissing) return `The model file ${model.path} is not there.`;
  if (system.checkpointId === null) return undefined;
  const known = checkpointsFor(available, model.id).some(({ id }) => id === system.checkpointId);
  return known ? undefined : 'This adapter was trained on another base model.';
}

/** The chat templates, and few-shot prefixes as text, that are known in this window, by their hashes. */
export async function templatesByHash(
  { runs }: AvailableModels,
  systems: readonly (SystemSpec | null)[],
): Promise<Map<string, string>> {
  const texts = new Set([
    ...runs.map(({ recipe }) => recipe.chatTemplate),
    ...systems.map((system) => system?.chatTemplate ?? ''),
    ...systems.map((system) => (system ? examplesOf(system) : '')),
    fewShotText(defaultFewShot),
  ]);
  texts.delete('');
  const hashed = [...texts].map(async (text): Promise<[string, string]> => {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    const bytes = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'));
    return [bytes.join(''), text];
  });
  return new Map(await Promise.all(hashed));
}

/**
 * The system that gave an answer, asked with the same one of these chat templates and behind the same
 * examples; `undefined` where the project has its weights no more.
 */
export function systemOfIdentity(
  identity: Identity,
  available: AvailableModels,
  templates: ReadonlyMap<string, string>,
): SystemSpec | undefined {
  const weights = systemOfWeights(identity, available);
  const examples = templates.get(identity.fewShotSha256 ?? '');
  const fewShot = examples === undefined ? undefined : fewShotOf(examples);
  const system = weights && withFewShot(weights, fewShot);
  const template = templates.get(identity.templateSha256);
  if (!system || template === undefined) return system;
  const { checkpointId } = system;
  const trainedIt = available.runs.some(
    ({ recipe, checkpoints }) =>
      recipe.chatTemplate === template && checkpoints.some(({ id }) => id === checkpointId),
  );
  return trainedIt ? system : withTemplate(system, template);
}

function fewShotOf(text: string): FewShot | undefined {
  try {
    return fewShotSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function systemOfWeights(
  { baseSha256, adapterSha256, strength }: Identity,
  { models, runs }: AvailableModels,
): SystemSpec | undefined {
  const model = models.find(({ sha256 }) => sha256 === baseSha256);
  if (model && adapterSha256 === null)
    return { modelId: model.id, checkpointId: null, strength: 1 };
  // After full-parameter training the weights of a checkpoint are the base that answered.
  const wanted = adapterSha256 ?? baseSha256;
  for (const run of runs) {
    const checkpoint = run.checkpoints.find(({ sha256 }) => sha256 === wanted);
    const base = model ?? models.find(({ id }) => id === run.modelId);
    if (checkpoint && base)
      return {
        modelId: base.id,
        checkpointId: checkpoint.id,
        strength: adapterSha256 === null ? 1 : strength,
      };
  }
  return undefined;
}

/** Where the weights the engine reports are not those that were chosen, one sentence each. */
export function identityDifferences(
  identity: Identity,
  system: SystemSpec,
  available: AvailableModels,
): string[] {
  const asked = askedWeights(system, available);
  const differences: string[] = [];
  const { adapterSha256 } = identity;
  if (asked.base !== undefined && asked.base !== identity.baseSha256)
    differences.push(`base ${shortHash(identity.baseSha256)}, asked for ${shortHash(asked.base)}`);
  if (asked.adapter !== undefined && adapterSha256 !== asked.adapter)
    differences.push(
      `adapter ${hashOrNone(adapterSha256)}, asked for ${hashOrNone(asked.adapter)}`,
    );
  if (asked.adapter != null && Math.abs(identity.strength - system.strength) > 1e-6)
    differences.push(
      `strength ${formatShare(identity.strength)}, asked for ${formatShare(system.strength)}`,
    );
  if ((identity.fewShotSha256 === undefined) !== (system.fewShot === undefined))
    differences.push(
      system.fewShot ? 'asked without the few-shot examples' : 'few-shot examples, asked for none',
    );
  return differences;
}

/** Hashes of what a system stands for; undefined where the project does not know them (any more). */
function askedWeights(
  { modelId, checkpointId }: SystemSpec,
  { models, runs }: AvailableModels,
): { base: string | undefined; adapter: string | null | undefined } {
  const base = models.find(({ id }) => id === modelId)?.sha256;
  if (checkpointId === null) return { base, adapter: null };
  const checkpoint = runs.flatMap((run) => run.checkpoints).find(({ id }) => id === checkpointId);
  // What is not known any more may have been an adapter or a model of its own.
  if (!checkpoint) return { base: undefined, adapter: undefined };
  const { path, sha256 } = checkpoint;
  return holdsWholeModel(path) ? { base: sha256, adapter: null } : { base, adapter: sha256 };
}

const hashOrNone = (hash: string | null) => (hash === null ? 'none' : shortHash(hash));

/** The base models and runs of the project, fresh as adapters appear. */
export function useSystems(): QueryResult<AvailableModels> {
  // The very answers that the other tabs show: a run that goes on makes each of them anew.
  const models = useQuery(['models.list'], () => rpc.models.list(), ['models']);
  const runs = useQuery(['runs.list'], () => rpc.runs.list(), ['runs']);
  const data = useMemo(
    () => models.data && runs.data && { models: models.data, runs: runs.data },
    [models.data, runs.data],
  );
  const error = models.error ?? runs.error;
  return {
    data,
    error,
    isLoading: data === undefined && error === undefined,
    refetch: () => {
      models.refetch();
      runs.refetch();
    },
  };
}
