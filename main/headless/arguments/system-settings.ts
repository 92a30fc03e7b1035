import type { SystemSpec } from '../../../shared/domain/identity.ts';
import { UsageError } from '../cli/command-error.ts';
import { endpointIn } from './endpoint-word.ts';
import { fewShotOption, readFewShotFile } from './few-shot-file.ts';
import { namesAnswers } from './project-models.ts';
import { readTemplateFile, templateOption } from './template-file.ts';

/** `--template` and `--few-shot` of a command with any number of systems: each names its own. */
export const systemSettingOptions = {
  template: {
    ...templateOption,
    multiple: true,
    value: 'SYSTEM=FILE',
    description: `of one system, by its words or its number (the first is 1): ${templateOption.description}`,
  },
  'few-shot': {
    ...fewShotOption,
    multiple: true,
    value: 'SYSTEM=FILE|default',
    description: `of one system, by its words or its number: ${fewShotOption.description}`,
  },
} as const;

type Asked = Pick<SystemSpec, 'chatTemplate' | 'fewShot'>;

/** How each system is asked, in the order of the systems. Throws `UsageError`. */
export async function readSystemSettings(
  systems: readonly string[],
  given: { template?: string[] | undefined; 'few-shot'?: string[] | undefined },
): Promise<Asked[]> {
  const templates = filesOf(systems, given.template ?? [], 'template');
  const examples = filesOf(systems, given['few-shot'] ?? [], 'few-shot');
  return await Promise.all(
    systems.map(async (_, at) => ({
      ...(await readTemplateFile(templates.get(at))),
      ...(await readFewShotFile(examples.get(at))),
    })),
  );
}

/** The files that an option names, by the place of the system that each is for. */
function filesOf(
  systems: readonly string[],
  given: readonly string[],
  option: string,
): Map<number, string> {
  const files = new Map<number, string>();
  for (const text of given) {
    const { at, file } = placeOf(systems, text, option);
    if (namesAnswers(systems[at] ?? ''))
      throw new UsageError(`--${option} ${text}: imported answers are asked nothing.`);
    if (option === 'template' && endpointIn(systems[at] ?? ''))
      throw new UsageError(`--${option} ${text}: an endpoint has a chat template of its own.`);
    if (files.has(at))
      throw new UsageError(`--${option} is given twice for system ${at + 1}: leave one out.`);
    files.set(at, file);
  }
  return files;
}

function placeOf(
  systems: readonly string[],
  text: string,
  option: string,
): { at: number; file: string } {
  const named = systems.flatMap((words, at) =>
    text.startsWith(`${words}=`) ? [{ words, at }] : [],
  );
  const [first] = named;
  if (first && named.length > 1)
    throw new UsageError(
      `--${option} ${text}: several systems begin so. Say its number instead, as ${first.at + 1}=FILE.`,
    );
  if (first) return { at: first.at, file: text.slice(first.words.length + 1) };
  const [, number = '', file = ''] = /^(\d+)=(.+)$/s.exec(text) ?? [];
  const at = Number(number) - 1;
  if (file !== '' && at >= 0 && at < systems.length) return { at, file };
  const list = systems.map((words, place) => `${place + 1} ${words}`).join(', ');
  throw new UsageError(
    `--${option} ${text} names no system: write SYSTEM=FILE with one of ${list}.`,
  );
}
