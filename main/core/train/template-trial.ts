import type { TemplateTrial } from '../../../shared/template/try-template.ts';
import { AppError } from '../base/app-error.ts';
import { startInspector, toRead } from '../files/guarded-engines.ts';
import { usableModel, type UsableModel } from '../models/model-service.ts';
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
  const params = { path, chatTemplate };
  const tried = await inspector.request('tryTemplate', params, signal ? { signal } : {});
  return { ...tried, problem: tried.problem.replace("The model's chat", 'The chosen chat') };
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
