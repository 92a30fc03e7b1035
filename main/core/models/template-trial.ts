import type { TemplateTrial } from '../../../shared/template/try-template.ts';
import { AppError } from '../base/app-error.ts';
import { startInspector, toRead, type GuardedInspector } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { usableModel, type UsableModel } from './model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** What the chat template of a run makes of a conversation; that of the file was tried with it. */
async function trial(
  { path, info }: UsableModel,
  chatTemplate: string,
  signal: AbortSignal | undefined,
): Promise<TemplateTrial> {
  const { templateProblem: problem = '', templateRemarks: remarks = [] } = info;
  if (chatTemplate === '') return { problem, remarks };
  await using inspector = startInspector(toRead(path));
  return await tryWith(inspector, { path, chatTemplate }, signal);
}

async function tryWith(
  inspector: GuardedInspector,
  params: { path: GuardedPath; chatTemplate: string },
  signal: AbortSignal | undefined,
): Promise<TemplateTrial> {
  const tried = await inspector.request('tryTemplate', params, signal ? { signal } : {});
  return { ...tried, problem: tried.problem.replace("The model's chat", 'The chosen chat') };
}

/** INVALID_INPUT where a chat template that was chosen for a model can ask it nothing. */
export async function requireChosen(
  inspector: GuardedInspector,
  params: { path: GuardedPath; chatTemplate: string },
  signal: AbortSignal,
): Promise<void> {
  if (params.chatTemplate === '') return;
  const { problem } = await tryWith(inspector, params, signal);
  if (problem !== '') throw new AppError('INVALID_INPUT', problem.replace(/\.?$/, '.'));
}

/** The same for a model of the project, before anything is started. */
export async function tryChatTemplate(
  session: ProjectSession,
  { modelId, chatTemplate }: { modelId: string; chatTemplate: string },
  signal: AbortSignal | undefined,
): Promise<TemplateTrial> {
  return await trial(await usableModel(session, modelId, signal), chatTemplate, signal);
}

/** What a person has to know of the chat template of a run. INVALID_INPUT where it cannot train. */
export async function requireTemplate(
  model: UsableModel,
  chatTemplate: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const { problem, remarks } = await trial(model, chatTemplate, signal);
  if (problem === '') return remarks;
  const other = chatTemplate === '' ? ' Choose another template for this run.' : '';
  throw new AppError('INVALID_INPUT', problem.replace(/\.?$/, '.') + other);
}
