import { renameSync, rmSync, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Dataset, ExportFormat } from '../../../shared/domain/dataset.ts';
import {
  datasetItems,
  findDataset,
  freezeDataset,
  type DatasetItem,
} from '../../store/repositories/datasets.ts';
import { openSideFile } from '../../side-files/side-file.ts';
import { AppError, found } from '../base/app-error.ts';
import { type CoreState, exportPath } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import type { Message } from '../../../shared/domain/message.ts';

/** Freezes the accepted samples; refused when the name is taken or nothing is accepted. */
export function freeze(state: CoreState, session: ProjectSession, name: string): Dataset {
  if (findDataset(session.file.db, 'name', name))
    throw new AppError('NAME_TAKEN', `There is a dataset “${name}” already: choose another name`, {
      name,
    });
  const dataset = freezeDataset(session.file.db, name, state.settings.author);
  if (!dataset)
    throw new AppError('INVALID_STATE', 'No sample is accepted yet: accept some, then freeze');
  session.changes.touch('datasets', 'project');
  return dataset;
}

/** Writes a dataset to a file in one of the four forms. */
export async function exportTo(
  state: CoreState,
  session: ProjectSession,
  input: { datasetId: string; path: string; format: ExportFormat },
): Promise<{ path: string; samples: number; sizeBytes: number }> {
  const path = exportPath(state, session, input.path);
  const dataset = found(
    findDataset(session.file.db, 'id', input.datasetId),
    'dataset',
    input.datasetId,
  );
  return exportDataset(datasetItems(session.file.db, dataset.id), path, input.format);
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

/**
 * Writes a dataset as JSON Lines, complete or not at all (temporary name, then rename).
 * LIMA's own form has no system messages: FILE_FORMAT_UNKNOWN rather than dropping one.
 */
async function exportDataset(
  items: readonly DatasetItem[],
  path: string,
  format: ExportFormat,
): Promise<{ path: string; samples: number; sizeBytes: number }> {
  const withSystem = items.filter((item) => systemText(item.messages) !== undefined).length;
  if (format === 'lima' && withSystem > 0)
    throw new AppError(
      'FILE_FORMAT_UNKNOWN',
      `${withSystem} samples have a system message, which LIMA's form cannot hold: export as messages`,
      { withSystem },
    );
  const temporary = `${path}.part`;
  // What is not a leftover of an export is refused before anything can remove it.
  const file = await openSideFile(temporary);
  try {
    const out = file.createWriteStream({ flush: true });
    const done = finished(out);
    for (const item of items) out.write(`${JSON.stringify(datasetLine[format](item))}\n`);
    out.end();
    await done;
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return { path, samples: items.length, sizeBytes: statSync(path).size };
}
