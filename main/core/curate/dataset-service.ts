import type { Dataset, ExportFormat } from '../../../shared/domain/dataset.ts';
import {
  datasetItems,
  findDataset,
  freezeDataset,
  verifyAccepted,
  verifyNothingYet,
  type DatasetItem,
} from '../../store/repositories/datasets.ts';
import type { Database } from '../../store/database.ts';
import { AppError, found } from '../base/app-error.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { type CoreState, protectedBy } from '../project/core-state.ts';
import type { ExportDraft } from '../files/export-files.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { refuseHalfReviewed } from './review-service.ts';
import type { Message } from '../../../shared/domain/message.ts';

/**
 * Freezes the accepted samples; refused when the name is taken, nothing is accepted, or one of them
 * is not what was stored.
 */
export async function freeze(
  state: CoreState,
  session: ProjectSession,
  name: string,
  signal?: AbortSignal,
): Promise<Dataset> {
  const { db } = session.file;
  refuseFreezing(session, name);
  const verified = await session.calls.run([signal], (stopped) => verifyInPieces(db, stopped));
  // Others may have frozen or reviewed meanwhile.
  refuseFreezing(session, name);
  const dataset = freezeDataset(db, name, state.settings.author, verified);
  if (!dataset)
    throw new AppError('INVALID_STATE', 'No sample is accepted yet: accept some, then freeze');
  session.changes.touch('datasets', 'project');
  return dataset;
}

function refuseFreezing(session: ProjectSession, name: string): void {
  session.requireEditing();
  refuseHalfReviewed(session, 'freeze');
  if (findDataset(session.file.db, 'name', name))
    throw new AppError('NAME_TAKEN', `There is a dataset “${name}” already: choose another name`, {
      name,
    });
}

async function verifyInPieces(db: Database, signal: AbortSignal): Promise<string> {
  const turns = new LoopTurns(200, 10_000);
  let verified = verifyNothingYet();
  while (!verified.isDone) {
    const before = verified;
    verified = await turns.take((limit) => verifyAccepted(db, before, limit));
    signal.throwIfAborted();
  }
  return verified.hash.digest('hex');
}

/** Writes a dataset to a file in one of the four forms. */
export async function exportTo(
  state: CoreState,
  session: ProjectSession,
  input: { datasetId: string; path: string; format: ExportFormat; overwrite: boolean },
): Promise<{ path: string; samples: number; sizeBytes: number }> {
  const dataset = found(
    findDataset(session.file.db, 'id', input.datasetId),
    'dataset',
    input.datasetId,
  );
  const items = datasetItems(session.file.db, dataset);
  refuseLostSystem(items, input.format);
  const wish = { overwrite: input.overwrite, project: protectedBy(session) };
  await using draft = await state.exports.start(input.path, wish);
  const sizeBytes = await writeItems(draft, items, input.format);
  await draft.place();
  return { path: draft.path, samples: items.length, sizeBytes };
}

const shareGptNames = { user: 'human', assistant: 'gpt', system: 'system' } as const;

const withoutSystem = (messages: readonly Message[]) =>
  messages.filter((message) => message.role !== 'system');
const systemText = (messages: readonly Message[]) =>
  messages.find((message) => message.role === 'system')?.content;

// LLaMA-Factory's form of a dialogue: earlier rounds in `history`, the last one as the pair.
function toAlpaca({ messages }: DatasetItem) {
  const turns = withoutSystem(messages).map((message) => message.content);
  const rounds: [string, string][] = [];
  for (let i = 0; i + 1 < turns.length; i += 2) rounds.push([turns[i] ?? '', turns[i + 1] ?? '']);
  const [instruction, output] = rounds.pop() ?? ['', ''];
  const system = systemText(messages);
  return {
    instruction,
    input: '',
    output,
    ...(system !== undefined && { system }),
    ...(rounds.length > 0 && { history: rounds }),
  };
}

/** One line of a dataset file in each of the four forms. */
export const datasetLine: Record<ExportFormat, (item: DatasetItem) => object> = {
  messages: ({ messages }) => ({ messages }),
  alpaca: toAlpaca,
  sharegpt: ({ messages, sampleId }) => ({
    id: sampleId,
    conversations: messages.map(({ role, content }) => ({
      from: shareGptNames[role],
      value: content,
    })),
  }),
  lima: ({ messages, source }) => ({
    conversations: withoutSystem(messages).map((message) => message.content),
    source,
  }),
};

/** LIMA's own form has no system messages: FILE_FORMAT_UNKNOWN rather than dropping one. */
function refuseLostSystem(items: readonly DatasetItem[], format: ExportFormat): void {
  const withSystem = items.filter((item) => systemText(item.messages) !== undefined).length;
  if (format === 'lima' && withSystem > 0)
    throw new AppError(
      'FILE_FORMAT_UNKNOWN',
      `${withSystem} samples have a system message, which LIMA's form cannot hold: export as messages`,
      { withSystem },
    );
}

const pieceCharacters = 1_000_000;

/** Writes a dataset as JSON Lines; returns the bytes written. */
async function writeItems(
  { file }: ExportDraft,
  items: readonly DatasetItem[],
  format: ExportFormat,
): Promise<number> {
  let sizeBytes = 0;
  let pending = '';
  const write = async () => {
    await file.writeFile(pending);
    sizeBytes += Buffer.byteLength(pending);
    pending = '';
  };
  for (const item of items) {
    pending += `${JSON.stringify(datasetLine[format](item))}\n`;
    if (pending.length > pieceCharacters) await write();
  }
  await write();
  return sizeBytes;
}
