import { changeTopicSchema, type ProjectInfo } from '../../../shared/contract/app.ts';
import type { PipelineStep } from '../../../shared/domain/project/pipeline.ts';
import type { CoreState } from './core-state.ts';
import type { ProjectSession } from './project-session.ts';

/** Puts a project on top of the recent ones. */
export function rememberRecent({ settings, log }: CoreState, path: string): void {
  try {
    settings.addRecent(path);
  } catch (error) {
    // The list is a convenience: a full or read-only home must not keep a project shut.
    log.write(`${path} could not be added to the recent projects: ${String(error)}`);
  }
}

/** Remembers what a project holds that was opened; what is next in it once that is known. */
export function describeOpened(state: CoreState, session: ProjectSession, info: ProjectInfo): void {
  describe(state, info);
  const { features } = state;
  void features
    .nextStep(session)
    .then((next) => describe(state, info, next))
    // It was closed meanwhile, or is damaged: its own pages tell that.
    .catch(() => undefined);
}

const countMs = 500;

/** Never what a closing waits for: a count that takes long, or fails, leaves the last one. */
export async function describeBeforeClosing(
  state: CoreState,
  session: ProjectSession,
): Promise<void> {
  // What nothing was done in is as it was when it was opened.
  if (session.changes.revisionOf(changeTopicSchema.options) === 0) return;
  const signal = AbortSignal.timeout(countMs);
  try {
    const info = await session.info(signal);
    describe(state, info, await state.features.nextStep(session, signal));
  } catch {
    // The list is a convenience.
  }
}

function describe(
  { settings, log }: CoreState,
  { path, sizeBytes, samples, datasets, runs, evaluations }: ProjectInfo,
  next?: PipelineStep | null,
): void {
  const { pending, accepted, rejected } = samples;
  const state = next === undefined ? {} : { state: { datasets, runs, evaluations, next } };
  const facts = { sizeBytes, samples: pending + accepted + rejected, ...state };
  try {
    settings.describeRecent(path, facts);
  } catch (error) {
    log.write(`${path} could not be described among the recent projects: ${String(error)}`);
  }
}
