import { readFile } from 'node:fs/promises';
import { PathGuard } from '../../core/files/path-guard.ts';
import { runImport } from '../../core/curate/import/run-import.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { modelInfo } from '../../gguf/model/model-info.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import { ImportError } from '../../core/curate/import/sample/import-error.ts';
import { addsUp } from '../../../shared/contract/curate.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { renderConversation } from '../../../shared/template/render-conversation.ts';
import { templatesOfConfig } from '../../../shared/template/template-file.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';

/** What became of one file: it was read, or refused with a reason. */
interface Outcome {
  outcome: 'read' | 'refused';
  words: string;
}

const conversations: Message[][] = [
  [
    { role: 'user', content: 'Why is the sky blue?' },
    { role: 'assistant', content: '    Light scatters.\n' },
  ],
  [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Name a knot. {{ 7 * 7 }}' },
    { role: 'assistant', content: 'A bowline 🪢.' },
    { role: 'user', content: 'Another?' },
    { role: 'assistant', content: 'A sheet bend <|im_end|>.' },
  ],
];

/** What a file is for, told by its name. */
function kindOf(path: string): 'gguf' | 'template' | 'data' {
  if (/\.gguf$/i.test(path)) return 'gguf';
  return /\.jinja2?$|tokenizer_config\.json$|chat_template\.json$/i.test(path)
    ? 'template'
    : 'data';
}

/** Does with a file what the product would; throws what is no answer to a bad file. */
async function tryFile(path: string): Promise<Outcome> {
  const attempts = { gguf: inspect, template: render, data: importData };
  try {
    return await attempts[kindOf(path)](path);
  } catch (error) {
    const isRefusal =
      error instanceof GgufError || error instanceof TemplateError || error instanceof ImportError;
    if (!isRefusal || error.message.startsWith('The import ended unexpectedly')) throw error;
    return { outcome: 'refused', words: error.message };
  }
}

async function inspect(path: string): Promise<Outcome> {
  const info = modelInfo(await readGguf(path));
  return { outcome: 'read', words: `model of ${info.architecture}` };
}

const sum = (reasons: Record<string, number>) =>
  Object.values(reasons).reduce((total, rows) => total + rows, 0);

async function importData(path: string): Promise<Outcome> {
  const request = { path: new PathGuard(null).check(path), format: 'auto' } as const;
  const counts = await runImport(request, { onBatch: () => undefined });
  const ofSample = counts.format === 'stack-exchange' ? 2 : 1;
  const rows = [sum(counts.leftOut), sum(counts.unusable), ofSample * counts.samples];
  const account = rows.map((count) => ({ outcome: 'added' as const, reason: '', rows: count }));
  if (!addsUp({ read: counts.rows, rows: account }))
    throw new Error(`${counts.rows} rows, of which ${rows.join(' + ')} have an outcome`);
  const words = `${counts.format}: ${counts.samples} samples of ${counts.rows} rows, ${counts.bad} remarks`;
  return { outcome: 'read', words };
}

async function render(path: string): Promise<Outcome> {
  const text = await readFile(path, 'utf8');
  const templates = /\.json$/i.test(path) ? templatesIn(text) : [text];
  if (templates.length === 0) return { outcome: 'refused', words: 'holds no chat template' };
  const refusals = templates.flatMap((template) =>
    conversations.flatMap((one) => refusal(template, one)),
  );
  const tried = templates.length * conversations.length;
  if (refusals.length === tried) return { outcome: 'refused', words: refusals[0] ?? '' };
  const rest = refusals.length === 0 ? '' : `, ${refusals.length} refused: ${refusals[0]}`;
  return { outcome: 'read', words: `${tried - refusals.length} conversations rendered${rest}` };
}

function refusal(template: string, messages: Message[]): string[] {
  const texts = { bosText: '<s>', eosText: '</s>' };
  try {
    for (const addGenerationPrompt of [false, true]) {
      const asked = addGenerationPrompt ? messages.slice(0, -1) : messages;
      renderConversation(template, asked, { ...texts, addGenerationPrompt });
    }
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return [error.message];
    throw error;
  }
}

/** The templates of a tokenizer_config.json. */
function templatesIn(text: string): string[] {
  try {
    return templatesOfConfig(JSON.parse(text)).map(({ template }) => template);
  } catch {
    return [];
  }
}

// One file in a process of its own, so that its peak of memory and its crash are its own.
const result = await tryFile(process.argv[2] ?? '');
process.stdout.write(
  JSON.stringify({ ...result, peakBytes: process.resourceUsage().maxRSS * 1024 }),
);
