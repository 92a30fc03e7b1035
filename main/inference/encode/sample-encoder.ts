import type { Message } from '../../../shared/domain/message.ts';
import type { XrayRecipe } from '../../../shared/domain/xray.ts';
import { isLongConversation } from '../template/template-renderer.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { type GgufFile, getNumber, getString } from '../../gguf/header/gguf-file.ts';
import type { Vocabulary, TokenizedConversation, TurnRemark } from '../model/vocabulary.ts';
import { answerConversations, maskThoughtless } from './dropped-thinking.ts';
import {
  maskStart,
  splitSample,
  type SampleTokenizer,
  slice,
  stretchOf,
  type Stretch,
} from './split-sample.ts';

/** Encodes samples as one recipe wants them, for a run and for the view of it beforehand. */
export class SampleEncoder {
  /** Tokens of the longest sequence: what the recipe says, but never more than the model's context. */
  readonly maxTokens: number;
  readonly #vocabulary: Vocabulary;
  readonly #recipe: XrayRecipe;

  constructor(vocabulary: Vocabulary, header: GgufFile, recipe: XrayRecipe) {
    this.#vocabulary = vocabulary;
    this.#recipe = recipe;
    this.maxTokens = Math.min(recipe.maxTokens, contextLength(header));
  }

  /**
   * One sample; a template that refuses it drops it. Throws `TemplateError` for a template that is
   * broken or has to be stopped.
   */
  async encode(messages: readonly Message[]): Promise<FittedSample> {
    const { lossOn, droppedThinking } = this.#recipe;
    const options = { lossOn, keepsThinking: droppedThinking !== 'train' };
    const isMasked = droppedThinking === 'mask';
    const tokenizer = {
      beginToken: this.#vocabulary.beginToken,
      encodeSample: async (turns: readonly Message[]) => {
        const encoded = await this.#vocabulary.encodeSample(turns, options);
        return isMasked ? maskThoughtless(encoded) : encoded;
      },
    };
    try {
      return await fitSample(tokenizer, messages, { ...this.#recipe, maxTokens: this.maxTokens });
    } catch (error) {
      if (!(error instanceof TemplateError) || failsForAll(error, messages)) throw error;
      const reason = error.message;
      const nothing = { stretches: [], remarks: [], isPerAnswer: false };
      return { wholeTokens: 0, outcome: 'dropped', reason, ...nothing };
    }
  }
}

/** Whether a refusal is about the template and not about this sample. */
function failsForAll({ code }: TemplateError, messages: readonly Message[]): boolean {
  if (code === 'TEMPLATE_TOO_LONG') return !isLongConversation(messages);
  return code === 'TEMPLATE_INVALID';
}

/** Longest text the model knows positions for; unlimited when the file does not say. */
function contextLength(header: GgufFile): number {
  const architecture = getString(header, 'general.architecture') ?? '';
  return getNumber(header, `${architecture}.context_length`) ?? Infinity;
}

/** A sample as the length limit leaves it: all of its tokens, in order. */
export interface FittedSample {
  /** Length before anything was cut; of the longest conversation where there is one per answer. */
  wholeTokens: number;
  outcome: 'whole' | 'truncated' | 'split' | 'dropped';
  /** Why nothing of it is trained; empty unless it was dropped. */
  reason: string;
  stretches: Stretch[];
  remarks: TurnRemark[];
  /** It is one conversation per answer, each with stretches of its own. */
  isPerAnswer: boolean;
}

/** How long a sample may be, what becomes of a longer one, and of answers without their thinking. */
type FitRules = Omit<XrayRecipe, 'lossOn'>;

/** Makes a sample fit, as one conversation or, where that loses thinking, as one per answer. */
async function fitSample(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  rules: FitRules,
): Promise<FittedSample> {
  const whole = await tokenizer.encodeSample(messages);
  const isLost = whole.remarks.some(({ kind }) => kind === 'thinking-dropped');
  if (!isLost || rules.droppedThinking !== 'perAnswer')
    return await fitConversation(tokenizer, messages, whole, rules);
  const fitted: FittedSample[] = [];
  for (const { messages: turns, repeatedMessages } of answerConversations(messages)) {
    const encoded = await tokenizer.encodeSample(turns);
    const repeated = encoded.turns.findIndex((turn) => turn >= repeatedMessages);
    const own = maskStart(encoded, Math.max(0, repeated));
    const one = await fitConversation(tokenizer, turns, own, rules);
    fitted.push({ ...one, stretches: markRepeated(one, repeated) });
  }
  return asOne(fitted, rules);
}

/** The context of an answer stands in the conversation of an earlier one, too. */
function markRepeated({ outcome, stretches }: FittedSample, repeated: number): Stretch[] {
  const [first, ...others] = stretches;
  // What was split begins anew: its other windows show only context.
  if (outcome === 'split') return stretches.filter(({ kind }) => kind === 'sequence');
  if (!first) return [];
  const ownRepeated = Math.max(0, Math.min(repeated, first.tokens.length));
  return [{ ...first, repeated: ownRepeated }, ...others];
}

/** What became of the conversations of one sample; where one is too long, `drop` drops them all. */
function asOne(fitted: readonly FittedSample[], { overlong }: FitRules): FittedSample {
  const wholeTokens = Math.max(...fitted.map((one) => one.wholeTokens));
  const outcomes = new Set(fitted.map(({ outcome }) => outcome));
  const dropped = fitted.find(({ outcome }) => outcome === 'dropped');
  const stretches = fitted.flatMap((one) => one.stretches);
  const remarks = fitted.flatMap((one) => one.remarks);
  const isAllDropped = outcomes.size === 1 || overlong === 'drop';
  const shared = { wholeTokens, isPerAnswer: true };
  if (dropped && isAllDropped) {
    const unseen = stretches.map((stretch) => ({ ...stretch, kind: 'unseen' as const }));
    return {
      ...shared,
      outcome: 'dropped',
      reason: dropped.reason,
      stretches: unseen,
      remarks: [],
    };
  }
  const isCut = outcomes.has('truncated') || outcomes.has('dropped');
  const outcome = outcomes.has('split') ? 'split' : isCut ? 'truncated' : 'whole';
  return { ...shared, outcome, reason: '', stretches, remarks };
}

/** Makes a conversation fit: as it is, cut at the end, split, or left out with the reason. */
async function fitConversation(
  tokenizer: SampleTokenizer,
  messages: readonly Message[],
  whole: TokenizedConversation,
  { maxTokens, overlong }: FitRules,
): Promise<FittedSample> {
  const wholeTokens = whole.tokens.length;
  const fitted = { wholeTokens, reason: '', remarks: whole.remarks, isPerAnswer: false };
  const first = whole.trained.indexOf(1);
  if (first < 0) return dropped(whole, untrainedReason(whole, messages));
  if (wholeTokens <= maxTokens)
    return { ...fitted, outcome: 'whole', stretches: [stretchOf(whole)] };
  if (overlong === 'split') {
    const stretches = await splitSample(tokenizer, messages, maxTokens);
    return { ...fitted, outcome: 'split', stretches, remarks: remarksOf(stretches) };
  }
  if (overlong === 'drop')
    return dropped(whole, `its ${wholeTokens} tokens are more than ${maxTokens}`);
  if (first >= maxTokens)
    return dropped(
      whole,
      `its first answer starts at token ${first + 1}, behind the cut at ${maxTokens} tokens`,
    );
  const stretches = [
    stretchOf(slice(whole, 0, maxTokens)),
    { ...stretchOf(slice(whole, maxTokens)), kind: 'unseen' as const },
  ];
  return { ...fitted, outcome: 'truncated', stretches };
}

function untrainedReason({ remarks }: TokenizedConversation, messages: readonly Message[]): string {
  if (remarks.some(({ kind }) => kind === 'thinking-masked'))
    return 'the template leaves out the thinking of every answer that would be trained';
  const answers = messages.filter(({ role }) => role === 'assistant');
  if (answers.length === 0) return 'no message of it is an answer';
  return answers.every(({ weight }) => weight === 0)
    ? 'no answer of it is trained (all have weight 0)'
    : 'no answer of it is trained (all have weight 0 or only white space)';
}

/** Each remark once: the windows of a conversation all carry its own. */
function remarksOf(stretches: readonly Stretch[]): TurnRemark[] {
  const byKey = new Map<string, TurnRemark>();
  for (const { remarks } of stretches)
    for (const remark of remarks) byKey.set(`${remark.message} ${remark.kind}`, remark);
  return [...byKey.values()];
}

function dropped(whole: TokenizedConversation, reason: string): FittedSample {
  const unseen = { ...stretchOf(whole), kind: 'unseen' as const };
  const wholeTokens = whole.tokens.length;
  const nothing = { remarks: [], isPerAnswer: false };
  return { wholeTokens, outcome: 'dropped', reason, stretches: [unseen], ...nothing };
}
