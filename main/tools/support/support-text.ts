import {
  trainedKinds,
  supportOf,
  unmeasuredNote,
  type DeviceSupport,
} from '../../../shared/domain/model/training-support.ts';
import {
  architectureNames,
  architectures,
  isArchitecture,
} from '../../gguf/model/architectures.ts';
import { trainableTypes } from '../../gguf/model/trainable.ts';
import type { SupportCell } from './measure-support.ts';

/** Between these lines of the README the table stands. */
export const tableMarkers = [
  '<!-- training support: written by `npm run support` -->',
  '<!-- end of training support -->',
] as const;

/** A kind of device: what was measured now, and of the other kinds of models what was known. */
export function toSupport(
  { family, measuredOn }: Pick<DeviceSupport, 'family' | 'measuredOn'>,
  cells: readonly SupportCell[],
  known?: DeviceSupport,
): DeviceSupport {
  const measured = new Map(cells.map((cell) => [`${cell.architecture} ${cell.type}`, cell]));
  const types: Record<string, string> = {};
  const refused: Record<string, string> = {};
  for (const architecture of architectureNames)
    for (const type of trainableTypes) {
      const kind = `${architecture} ${type}`;
      const cell = measured.get(kind);
      const wasTrained = known !== undefined && supportOf(known, architecture, type) === 'trained';
      if (cell?.passed ?? wasTrained)
        types[architecture] = `${types[architecture] ?? ''} ${type}`.trim();
      const reason = cell ? cell.detail : known?.refused[kind];
      if (reason !== undefined && cell?.passed !== true) refused[kind] = reason;
    }
  return { family, measuredOn, types, refused };
}

/** One column per architecture, one row for all types that fare alike in every one of them. */
function supportTable(support: readonly DeviceSupport[]): string {
  const kinds = trainedKinds(support);
  const head = ['Weights', ...kinds.architectures.map((name) => `\`${name}\``)];
  const models = kinds.architectures.map((name) =>
    isArchitecture(name) ? architectures[name].models : '',
  );
  const alike = Map.groupBy(kinds.types, (type) =>
    kinds.architectures.map((name) => cellText(support, name, type)).join(' | '),
  );
  const rows = [...alike].map(([cells, types]) => [types.join(', '), cells]);
  const table = [head, head.map(() => '---'), ['', ...models], ...rows];
  return table.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cellText(support: readonly DeviceSupport[], architecture: string, type: string): string {
  const texts = support.map((device) => {
    const found = supportOf(device, architecture, type);
    return found === 'trained' ? device.family : `${device.family}: ${found}`;
  });
  return texts.join(', ');
}

/** What the table was measured on, what was refused there and why, and what was not measured. */
function supportNotes(support: readonly DeviceSupport[]): string {
  const devices = support.map(({ family, measuredOn, refused }) => {
    const reasons = Object.entries(refused).map(([kind, reason]) => `${kind}: ${reason}`);
    return `- ${[`${family}: measured on ${measuredOn}`, ...reasons].join('; ')}`;
  });
  return [...devices, `- ${unmeasuredNote}`].join('\n');
}

/** A text whose table and notes between the markers are replaced; throws when it has no markers. */
export function withTable(text: string, support: readonly DeviceSupport[]): string {
  const [start, end] = tableMarkers;
  const [first, last] = [text.indexOf(start), text.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`The text has no lines ${start} and ${end}`);
  const shown = `${supportTable(support)}\n\n${supportNotes(support)}`;
  return `${text.slice(0, first + start.length)}\n\n${shown}\n\n${text.slice(last)}`;
}

/** What stands between the markers of a text, with the padding of its cells taken out. */
export function readTable(text: string): string {
  const [start, end] = tableMarkers;
  const table = text.slice(text.indexOf(start) + start.length, text.indexOf(end)).trim();
  return table
    .replaceAll(/ *\| */g, ' | ')
    .replaceAll(/-{2,}/g, '---')
    .replaceAll(/^ | $/gm, '');
}
