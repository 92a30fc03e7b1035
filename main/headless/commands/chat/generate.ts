import type { ChatAnswer } from '../../../../shared/contract/chat.ts';
import type { EndpointAnswer } from '../../../../shared/contract/network.ts';
import { endpointName } from '../../../../shared/domain/endpoint.ts';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import { turnsOf, type TurnAnswer } from '../../../../shared/domain/evaluate/dialogue.ts';
import type { ExportDraft } from '../../../core/files/export-files.ts';
import type { Prompt } from '../../../../shared/domain/evaluate/evaluation.ts';
import { formatQuantity, timeLeft } from '../../../../shared/text/numbers.ts';
import { describeProgress, joinFacts } from '../../../../shared/text/progress.ts';
import { AnswerSink } from './answer-sink.ts';
import {
  defineCommand,
  otherBaseOption,
  overwriteOption,
  requiredOption,
  strengthOf,
  strengthOption,
  wholeNumber,
  type Call,
} from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { generateAnswers, generateByEndpoint } from './generate-answers.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { allowEndpoint, endpointIn, networkOption } from '../../arguments/endpoint-word.ts';
import { existingModel, resolveAdapter } from '../../arguments/project-models.ts';
import { dialoguesOption, resolvePromptSet } from '../../arguments/prompt-set.ts';
import { describeSettings, parseSettings } from '../../arguments/settings.ts';
import { fewShotOption, readFewShotFile } from '../../arguments/few-shot-file.ts';
import { readTemplateFile, templateOption } from '../../arguments/template-file.ts';
import type { Terminal } from '../../cli/terminal.ts';

const maxPrompts = 100_000;
/** Of prompts that could not be asked; the output names every one. */
const mostToldFailures = 20;

const options = {
  base: {
    type: 'string',
    value: 'FILE.gguf|URL#MODEL',
    description: 'the base model, or an endpoint: http://HOST:PORT/v1#MODEL',
  },
  adapter: {
    type: 'string',
    value: 'RUN|FILE',
    description: 'an adapter file, or a run: its picked or last epoch, or RUN@epoch',
  },
  prompts: {
    type: 'string',
    value: 'FILE|SET',
    description: 'a file of prompts (added to the project) or a prompt set by name',
  },
  out: { type: 'string', value: 'FILE', description: 'where to write; default standard output' },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'change sampling' },
  parallel: {
    type: 'string',
    value: 'N',
    description:
      'answers side by side at most; default: as many as gain time here, which is measured',
  },
  template: templateOption,
  'few-shot': fewShotOption,
  ...dialoguesOption,
  ...strengthOption,
  ...networkOption,
  ...otherBaseOption,
  ...overwriteOption,
} as const;

/** `lima generate`: answers every prompt of a set with one system. */
export const generateCommand = defineCommand({
  name: 'generate',
  usage:
    'generate P.lima --base FILE.gguf|URL#MODEL [--adapter RUN|FILE] --prompts FILE|SET [--dialogues] [--out FILE [--overwrite]] ' +
    '[--set key=value]… [--template FILE] [--few-shot FILE|default] [--parallel N] [--strength S] [--network] [--other-base]',
  summary: 'Answer every prompt of a set with one model and write the answers as JSONL.',
  positionals: { min: 1, max: 1 },
  options,
  details: () => ['', 'Sampling (--set):', ...describeSettings(samplingSchema)],
  async run(call) {
    const words = await readWords(call);
    await using project = await openCoreWithProject(call);
    const system = await findSystem(project.client, words);
    const set = await resolvePromptSet(
      project.client,
      words.prompts,
      call.terminal,
      call.options.dialogues,
    );
    const { prompts } = await project.client.prompts.get({ id: set.id, limit: maxPrompts });
    await using draft =
      words.out === undefined
        ? null
        : await project.startExport(words.out, call.options.overwrite ?? false);
    const sink = await answerAll(project.client, { prompts, system, words, draft, call });
    const { failures } = sink;
    const answered = sink.count - failures.length;
    for (const { prompt, reason } of failures.slice(0, mostToldFailures))
      call.terminal.note(`Prompt ${prompt} could not be asked: ${reason}`);
    const summary = { system: system.name, promptSet: set.name, answered, failures };
    if (answered === 0 && failures.length > 0)
      throw new CommandError(
        'NOTHING_ANSWERED',
        `None of ${formatQuantity(failures.length, 'prompt')} could be asked: ${failures[0]?.reason ?? ''}`,
        { failures },
      );
    const failed =
      failures.length > 0 ? `; ${formatQuantity(failures.length, 'prompt')} failed` : '';
    if (draft === null) call.terminal.result({ ...summary, answers: sink.answers }, '');
    else
      call.terminal.result(
        { ...summary, path: draft.path },
        `Wrote ${formatQuantity(answered, 'answer')} to ${draft.path}${failed}.`,
      );
  },
});

/** Everything that can be wrong with the words is found before the project is opened. */
async function readWords({ options: given }: Call<typeof options>) {
  const base = requiredOption(given.base, 'base');
  const endpoint = endpointIn(base);
  for (const option of ['adapter', 'template'] as const)
    if (endpoint && given[option] !== undefined)
      throw new UsageError(`--${option}: an endpoint answers with what it has.`);
  return {
    base,
    endpoint,
    network: given.network ?? false,
    prompts: requiredOption(given.prompts, 'prompts'),
    adapter: given.adapter,
    sampling: parseSettings(samplingSchema, given.set ?? []),
    parallel: wholeNumber(given.parallel, 'parallel', 1, 64),
    basePath: endpoint ? '' : await existingModel(base),
    out: given.out,
    otherBase: given['other-base'] ?? false,
    strength: strengthOf(given.strength, given.adapter !== undefined),
    chatTemplate: (await readTemplateFile(given.template)).chatTemplate ?? '',
    examples: await readFewShotFile(given['few-shot']),
  };
}

type Words = Awaited<ReturnType<typeof readWords>>;

async function findSystem(
  client: CoreClient,
  {
    base,
    endpoint,
    network,
    basePath,
    otherBase,
    strength,
    chatTemplate,
    examples,
    adapter: text,
  }: Words,
) {
  if (endpoint) {
    await allowEndpoint(client, endpoint, network);
    return { name: endpointName(endpoint), endpoint: { endpoint, ...examples } };
  }
  const adapter = text === undefined ? null : await resolveAdapter(client, text);
  return {
    name: adapter ? `${base}+${adapter.name}` : base,
    files: {
      basePath,
      adapterPath: adapter?.path ?? null,
      adapterBaseSha256: adapter?.baseSha256 ?? null,
      strength,
      otherBase,
      chatTemplate,
      ...examples,
    },
  };
}

interface AnswerRequest {
  prompts: Prompt[];
  system: Awaited<ReturnType<typeof findSystem>>;
  words: Words;
  draft: ExportDraft | null;
  call: Pick<Call, 'terminal' | 'signal'>;
}

async function answerAll(client: CoreClient, request: AnswerRequest): Promise<AnswerSink> {
  const { prompts, system, words, draft, call } = request;
  const { terminal, signal } = call;
  await using sink = new AnswerSink(prompts.length, draft ?? undefined, terminal);
  const startedMs = Date.now();
  const turns = prompts.reduce((sum, { messages }) => sum + turnsOf(messages), 0);
  let answers = 0;
  const asked = {
    items: prompts.map((prompt, index) => ({ key: String(index), messages: prompt.messages })),
    sampling: words.sampling,
    parallel: words.parallel,
    signal,
    onWarning: (text: string) => terminal.note(text),
    onLoading: () => terminal.progress('loading', `Loading ${system.name}`, { phase: 'loading' }),
    onTurn: () => {
      answers += 1;
      showProgress(terminal, { done: answers, total: turns, startedMs });
    },
    onAnswer: (
      key: string,
      answer: ChatAnswer | EndpointAnswer,
      ofDialogue?: readonly TurnAnswer[],
    ) => {
      const prompt = prompts[Number(key)];
      if (!prompt) throw new RangeError(`The core answered an unknown prompt: ${key}`);
      if (answer.finish === 'failed') sink.addFailure(Number(key) + 1, answer.output);
      sink.add(Number(key), answerRecord(prompt, system.name, { answer, turns: ofDialogue }));
      answers += 1;
      showProgress(terminal, { done: answers, total: turns, startedMs });
    },
  };
  await (system.endpoint
    ? generateByEndpoint(client, { ...asked, system: system.endpoint })
    : generateAnswers(client, { ...asked, system: system.files }));
  await sink.complete();
  return sink;
}

function showProgress(
  terminal: Terminal,
  { done, total, startedMs }: { done: number; total: number; startedMs: number },
): void {
  const etaMs = ((Date.now() - startedMs) / done) * (total - done);
  const progress = {
    phase: 'generating',
    done,
    total,
    unit: 'answers',
    etaMs,
    detail: '',
    subtask: null,
  };
  const text = joinFacts([describeProgress(progress), timeLeft(etaMs)]);
  terminal.progress('generating', text, { phase: 'generating', done, total, etaMs });
}

/**
 * One line of the file: the prompt, the answer, and what the engine says it ran. Of a dialogue the
 * output is a list, and beside the last answer's record stand those of all of them.
 */
function answerRecord(
  prompt: Prompt,
  system: string,
  {
    answer,
    turns,
  }: { answer: ChatAnswer | EndpointAnswer; turns: readonly TurnAnswer[] | undefined },
) {
  const { output, finish, promptTokens, outputTokens, durationMs, identity } = answer;
  return {
    prompt: prompt.messages.findLast((message) => message.role === 'user')?.content ?? '',
    ...(prompt.messages.length > 1 && { messages: prompt.messages }),
    ...(finish === 'failed'
      ? { output: null, error: output }
      : { output: turns?.map((turn) => turn.output) ?? output }),
    ...(turns && { answers: turns.map(withoutOutput) }),
    system,
    finish,
    promptTokens,
    outputTokens,
    durationMs,
    identity,
  };
}

/** The texts of a dialogue stand beside, as one list. */
function withoutOutput(turn: TurnAnswer): Omit<TurnAnswer, 'output'> {
  const { finish, promptTokens, outputTokens, durationMs, identity } = turn;
  return { finish, promptTokens, outputTokens, durationMs, identity };
}
