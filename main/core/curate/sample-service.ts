import { conversationProblem, type Message } from '../../../shared/domain/message.ts';
import type { Sample } from '../../../shared/domain/sample.ts';
import { addVersion, getSample, insertSample } from '../../store/repositories/samples.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { sampleContentHash } from '../../store/content-hash.ts';

/** A sample by id, or NOT_FOUND. */
export function sampleById(session: ProjectSession, id: string): Sample {
  return found(getSample(session.file.db, id), 'sample', id);
}

/** Stores a sample written by hand, with its author and the project's name as provenance. */
export function createSample(
  state: CoreState,
  session: ProjectSession,
  input: { messages: Message[]; source: string },
): Sample {
  refuseUntrainable(input.messages);
  const author = state.settings.author;
  const originHash = sampleContentHash(input.messages);
  const provenance = { authors: [author], createdAt: new Date().toISOString() };
  const id = insertSample(session.file.db, { ...input, provenance, flags: [], originHash }, author);
  if (id === undefined)
    throw new AppError('NAME_TAKEN', 'A sample with exactly these words is in the project already');
  session.changes.touch('samples', 'project');
  return sampleById(session, id);
}

/** Appends a version; INVALID_STATE when someone else's edit came first (the draft is not lost). */
export function editSample(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; baseVersionId: string; messages: Message[] },
): Sample {
  refuseUntrainable(input.messages);
  const sample = sampleById(session, input.id);
  if (sample.versionId !== input.baseVersionId)
    throw new AppError(
      'INVALID_STATE',
      'This sample was changed while you edited it. Your draft is kept: compare and save again.',
      { id: input.id, currentVersionId: sample.versionId },
    );
  const hash = sampleContentHash(input.messages);
  if (hash !== sampleContentHash(sample.messages))
    addVersion(session.file.db, sample, {
      messages: input.messages,
      hash,
      author: state.settings.author,
    });
  session.changes.touch('samples');
  return sampleById(session, input.id);
}

function refuseUntrainable(messages: readonly Message[]): void {
  const problem = conversationProblem(messages);
  if (problem)
    throw new AppError('INVALID_INPUT', `This conversation cannot be trained: ${problem}`);
}
