import { architectures, isArchitecture } from '../../engines/gguf/model/architectures.ts';
import type { DeviceSupport } from '../../../shared/domain/training-support.ts';
import type { SupportCell } from './measure-support.ts';

/** Between these lines of the README the table stands. */
export const tableMarkers = [
  '<!-- training support: written by `npm run support` -->',
  '<!-- end of training support -->',
] as const;

/** The cells of one kind of device that passed. */
export function toSupport(family: string, cells: readonly SupportCell[]): DeviceSupport {
  const types: Record<string, string> = {};
  for (const { architecture, type, passed } of cells)
    if (passed) types[architecture] = `${types[architecture] ?? ''} ${type}`.trim();
  return { family, types };
}

/** A Markdown table: one row per architecture, one column per kind of device. */
export function supportTable(support: readonly DeviceSupport[]): string {
  const names = [...new Set(support.flatMap(({ types }) => Object.keys(types)))];
  const head = ['Architecture', 'Models', ...support.map(({ family }) => family)];
  const rows = names.map((name) => [
    `\`${name}\``,
    isArchitecture(name) ? architectures[name].models : '',
    ...support.map(({ types }) => types[name] ?? 'not measured'),
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A text whose table between the markers is replaced; throws when it has no markers. */
export function withTable(text: string, table: string): string {
  const [start, end] = tableMarkers;
  const [first, last] = [text.indexOf(start), text.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`The text has no lines ${start} and ${end}`);
  return `${text.slice(0, first + start.length)}\n\n${table}\n\n${text.slice(last)}`;
}

/** The table between the markers of a text, with the padding of its cells taken out. */
export function readTable(text: string): string {
  const [start, end] = tableMarkers;
  const table = text.slice(text.indexOf(start) + start.length, text.indexOf(end)).trim();
  return table
    .replaceAll(/ *\| */g, ' | ')
    .replaceAll(/-+/g, '---')
    .replaceAll(/^ | $/gm, '');
}
