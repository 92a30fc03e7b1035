import type { AnswerFinish } from '../../../shared/domain/evaluate/evaluation.ts';
import type { FewShot } from '../../../shared/domain/few-shot.ts';
import type { Identity, Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { AskedHashes, TokenShift } from '../../../shared/domain/chat/token-shift.ts';
import type { XrayCounts, XrayRecipe, XraySample } from '../../../shared/domain/xray.ts';
import type { EncodedSample, TaughtFormat } from './trainer.ts';

/** Which weights answer. Hashes are verified by the engine against the files it loaded. */
export interface SystemFiles {
  basePath: string;
  baseSha256: string;
  baseName: string;
  adapterPath: string | null;
  adapterSha256: string | null;
  adapterName: string | null;
  strength: number;
  /** The base that the adapter was trained on, where the core knows; the file may tell it, too. */
  adapterBaseSha256?: string | null;
  /** A person allowed an adapter of another base. */
  otherBase?: boolean;
  /** Chosen by a person instead of that of the adapter or the base; none where it is empty. */
  chatTemplate?: string;
  /** Examples before every prompt. */
  fewShot?: FewShot | undefined;
}

export interface ChatParams {
  system: SystemFiles;
  messages: Message[];
  sampling: Sampling;
}

/** An answer that is there, to be measured token by token. */
export interface TokenShiftParams {
  system: SystemFiles;
  /** What it is compared with; null: the system is a base itself. */
  base: SystemFiles | null;
  messages: Message[];
  output: string;
  /** How the answer was asked, where that is known. */
  asked?: AskedHashes | undefined;
}

/** One answer. `finish` is `length` when maxTokens or the context ended it. */
export interface Answer {
  output: string;
  /** `failed`, in `generate` alone: this prompt cannot be asked, and `output` says why. */
  finish: AnswerFinish | 'cancelled';
  promptTokens: number;
  outputTokens: number;
  /** In chat: how many tokens prompt and answer can have together. */
  contextTokens?: number;
  durationMs: number;
  identity: Identity;
}

export interface GenerateItem {
  key: string;
  messages: Message[];
  /** Which of the prompts with the same words it is, from 0: its seed follows from both. */
  repetition: number;
}

export interface GenerateParams {
  system: SystemFiles;
  items: GenerateItem[];
  /** With the seed of the system, of which each answer gets one of its own. */
  sampling: Sampling;
  /** Answers side by side; absent: as many as gain time on this machine. */
  parallel?: number | undefined;
}

/** How a judge is asked: everything but the texts that it judges. */
export interface JudgeRubric {
  /** Told first, the same for all. */
  instruction: string;
  /** Told behind the answers; asks for one symbol. */
  question: string;
  /** What the judge may say, each one token of its vocabulary: `1` and `2`, or six digits. */
  symbols: string[];
}

/** A prompt with the answers that are judged: one alone, or two that are compared in both orders. */
export interface JudgeItem {
  key: string;
  prompt: string;
  answers: [string] | [string, string];
  /** The orders that are asked; absent: both of a pair. */
  orders?: JudgeVerdict['order'][];
}

export interface JudgeParams {
  /** The judge. */
  system: SystemFiles;
  items: JudgeItem[];
  rubric: JudgeRubric;
  /** Letters and digits around each text that nobody who wrote one could know; an item with them fails. */
  nonce: string;
  /** Prompts evaluated side by side at most; absent: as many as memory allows, up to 8. */
  parallel?: number | undefined;
}

/** What a judge thinks of an item in one order: `swapped` shows the second answer first. */
export interface JudgeVerdict {
  key: string;
  order: 'given' | 'swapped';
  /** Of each symbol, among the symbols alone: they add up to 1. */
  probabilities: number[];
  /** Probability of everything that is no symbol. */
  elsewhere: number;
  promptTokens: number;
}

/** Conversations, and the recipe fields that decide what the trainer sees of them. */
export interface EncodeParams extends XrayRecipe {
  basePath: string;
  samples: { id: string; messages: Message[] }[];
}

/**
 * Encoded samples, and by id those that do not come whole: each id is in one list at most, beside
 * `perAnswer`. A sample that is several encoded ones has `#1`, `#2` … behind its id.
 */
export interface EncodeResult {
  samples: EncodedSample[];
  truncated: { id: string; tokens: number }[];
  split: { id: string; tokens: number; sequences: number }[];
  /** One encoded sample per answer, because the template drops the thinking of earlier ones. */
  perAnswer: { id: string; sequences: number }[];
  dropped: { id: string; reason: string }[];
  /** Samples that may teach something else than meant; they may be in another list, too. */
  remarked: { id: string; text: string }[];
  templateSha256: string;
  /** The length limit that holds: the recipe's, or the model's context when that is shorter. */
  maxTokens: number;
}

/** One sample of which every token is asked for. */
export interface XraySampleParams {
  basePath: string;
  messages: Message[];
  recipe: XrayRecipe;
}

/** What the model brings to the encoding, beside the samples. */
export interface XrayResult {
  templateSha256: string;
  /** The length limit that holds: the recipe's, or the model's context when that is shorter. */
  maxTokens: number;
}

/** Methods of the inference process. */
export type InferenceRequests = {
  chat: { params: ChatParams; event: { type: 'text'; text: string }; result: Answer };
  tokenShift: {
    params: TokenShiftParams;
    event: { type: 'measured'; done: number; total: number };
    result: TokenShift;
  };
  generate: {
    params: GenerateParams;
    event: { type: 'answer'; key: string; answer: Answer } | { type: 'tokens'; tokens: number };
    result: { answered: number };
  };
  judge: {
    params: JudgeParams;
    /** `identity` comes before the first verdict; `failed`: this item cannot be asked, and why. */
    event:
      | { type: 'identity'; identity: Identity }
      | ({ type: 'verdict' } & JudgeVerdict)
      | { type: 'failed'; key: string; reason: string };
    /** `judged` counts verdicts; the sampling of the identity is greedy, as nothing is sampled. */
    result: { judged: number; identity: Identity };
  };
  embed: {
    /** Without adapter and examples: the texts are not asked, but described. */
    params: { system: SystemFiles; texts: string[] };
    /** Of the text at an index; as long as the model's hidden state, and of length 1. */
    event: { type: 'vector'; index: number; vector: Float32Array };
    result: null;
  };
  encode: {
    params: EncodeParams;
    event: { type: 'encoded'; done: number; total: number };
    result: EncodeResult;
  };
  xray: {
    params: EncodeParams;
    /** Counts of the next samples, in the order of the request. */
    event: { type: 'counts'; counts: XrayCounts[] };
    result: XrayResult;
  };
  taughtFormat: {
    /** With the chat template that a run chose; empty: that of the file, or none. */
    params: { basePath: string; chatTemplate: string; forOllama: boolean };
    event: never;
    result: TaughtFormat;
  };
  /** Answered also while `xray` is still under way. */
  xraySample: { params: XraySampleParams; event: never; result: XraySample };
  unload: { params: null; event: never; result: null };
};
