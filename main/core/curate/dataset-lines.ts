import type { ExportFormat } from '../../../shared/domain/dataset.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import { AppError } from '../base/app-error.ts';

type Item = Pick<DatasetItem, 'messages' | 'sampleId' | 'source' | 'provenance'>;

const shareGptNames = { user: 'human', assistant: 'gpt', system: 'system' } as const;

const withoutSystem = (messages: readonly Message[]) =>
  messages.filter((message) => message.role !== 'system');
const systemText = (messages: readonly Message[]) =>
  messages.find((message) => message.role === 'system')?.content;

/** Whether a sample has a system message, which LIMA's form cannot hold. */
export const hasSystem = ({ messages }: Pick<Item, 'messages'>): boolean =>
  systemText(messages) !== undefined;

/** Whether an answer of a sample is kept out of the loss, which a pair of texts cannot say. */
export const hasWeights = ({ messages }: Pick<Item, 'messages'>): boolean =>
  messages.some(({ role, weight }) => role === 'assistant' && weight === 0);

// LLaMA-Factory's form of a dialogue: earlier rounds in `history`, the last one as the pair.
function toAlpaca({ messages }: Item) {
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

const lines: Record<ExportFormat, (item: Item) => object> = {
  messages: ({ messages }) => ({ messages }),
  alpaca: toAlpaca,
  // Axolotl reads the weight of a turn beside its value.
  sharegpt: ({ messages, sampleId }) => ({
    id: sampleId,
    conversations: messages.map(({ role, content, weight }) => ({
      from: shareGptNames[role],
      value: content,
      ...(weight !== undefined && { weight }),
    })),
  }),
  lima: ({ messages, source }) => ({
    conversations: withoutSystem(messages).map((message) => message.content),
    source,
  }),
};

/** One line of a dataset file, with `metadata` of where its sample is from if that is asked for. */
export function datasetLine(
  item: Item,
  { format, attribution }: { format: ExportFormat; attribution: boolean },
): object {
  const line = lines[format](item);
  if (!attribution) return line;
  const { url, title, authors, licence } = item.provenance;
  return { ...line, metadata: { source: item.source, url, title, authors, licence } };
}

const lost = (count: number, what: string, form: string) =>
  `Of the samples, ${formatCount(count)} ${count === 1 ? 'has' : 'have'} ${what}, which ${form} cannot hold: export as messages`;

/** FILE_FORMAT_UNKNOWN for what a form cannot hold, rather than dropping it. */
export function refuseLost(
  { withSystem, withWeights }: { withSystem: number; withWeights: number },
  format: ExportFormat,
): void {
  if (format === 'lima' && withSystem > 0)
    throw new AppError('FILE_FORMAT_UNKNOWN', lost(withSystem, 'a system message', "LIMA's form"), {
      withSystem,
    });
  if ((format === 'lima' || format === 'alpaca') && withWeights > 0)
    throw new AppError(
      'FILE_FORMAT_UNKNOWN',
      lost(
        withWeights,
        'an answer that is kept out of the loss',
        format === 'lima' ? "LIMA's form" : "Alpaca's form",
      ),
      { withWeights },
    );
}
