import { answerSeed } from '../domain/evaluate/answer-seed.ts';
import { type SystemKey, sideOf } from '../domain/evaluate/evaluation.ts';
import {
  type AnswerIdentity,
  type EndpointIdentity,
  type Identity,
  isByEndpoint,
  isByWeights,
  type Sampling,
} from '../domain/identity.ts';
import type { Message } from '../domain/message.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';

/** What the project says of a system: which weights answer, and how they are asked. */
export interface ExpectedIdentity {
  baseSha256: string;
  adapterSha256: string | null;
  /** Of the adapter; without one it means nothing. */
  strength: number;
  /** Of the chat template that a person chose for the system; else that of its files. */
  templateSha256?: string;
  /** Of the examples before every prompt; absent: it is asked without. */
  fewShotSha256?: string;
  sampling: Sampling;
}

/** What the project says of a system that an endpoint answers for. */
export interface ExpectedEndpoint {
  endpoint: string;
  askedModel: string;
  fewShotSha256?: string;
  sampling: Sampling;
}

/** One answer with what the project says of it. */
export interface CheckedAnswer {
  /** Of the comparison, from 0. */
  ordinal: number;
  /** Of the prompt in its set: what an old answer has its seed from. */
  promptOrdinal: number;
  prompt: readonly Message[];
  identity: AnswerIdentity;
  integrity: 'verified' | 'changed' | 'unhashed';
}

/** What of an evaluation can be compared with something else that is stored of it. */
export interface CheckedEvaluation {
  /** `expected` is null of imported answers: what gave them is not known here. */
  systems: Record<
    SystemKey,
    { expected: ExpectedIdentity | ExpectedEndpoint | null; answers: readonly CheckedAnswer[] }
  >;
  sideSeed: number;
  sides: readonly { ordinal: number; shownLeft: SystemKey }[];
}

/**
 * What in an evaluation does not agree with what the project says elsewhere, as sentences: answers
 * that were changed since they were given, by other weights or settings than their system has, and
 * sides that are not those of the seed. Empty when all that can be compared agrees.
 */
export function disagreements({ systems, sideSeed, sides }: CheckedEvaluation): string[] {
  const swapped = sides.filter(({ ordinal, shownLeft }) => shownLeft !== sideOf(sideSeed, ordinal));
  return [
    ...systemDisagreements('a', systems.a),
    ...systemDisagreements('b', systems.b),
    ...sentence(
      swapped,
      { noun: 'comparison' },
      'has other sides than the seed gives, so that votes may count for the wrong system',
    ),
  ];
}

function systemDisagreements(
  key: SystemKey,
  { expected, answers }: CheckedEvaluation['systems'][SystemKey],
): string[] {
  const tell = (isOff: (answer: CheckedAnswer) => boolean, what: string) =>
    sentence(answers.filter(isOff), { noun: 'answer', of: ` of ${key.toUpperCase()}` }, what);
  const changed = tell(
    ({ integrity }) => integrity === 'changed',
    'is not what was generated: its text, its prompt or what it says of its weights was changed since',
  );
  const kind = kindOf(expected);
  const elsewhere = tell(
    ({ identity }) => kindOf(identity) !== kind,
    `says that it came from elsewhere than ${originWords[kind]}, which this system stands for`,
  );
  if (expected === null) return [...changed, ...elsewhere];
  if ('endpoint' in expected)
    return [...changed, ...elsewhere, ...endpointDisagreements(expected, tell)];
  const of = (isOff: (answer: EngineAnswer) => boolean, what: string) =>
    tell((answer) => isOfEngine(answer) && isOff(answer), what);
  return [
    ...changed,
    ...elsewhere,
    ...of(
      ({ identity }) => identity.baseSha256 !== expected.baseSha256,
      `says that other weights gave it than the model of this system has (${expected.baseSha256})`,
    ),
    ...of(
      ({ identity }) => identity.adapterSha256 !== expected.adapterSha256,
      expected.adapterSha256 === null
        ? 'says that an adapter gave it, and this system has none'
        : `says that another adapter gave it than this system has (${expected.adapterSha256})`,
    ),
    ...of(
      ({ identity }) => expected.adapterSha256 !== null && identity.strength !== expected.strength,
      `was given with another strength of the adapter than ${expected.strength}`,
    ),
    ...of(
      ({ identity }) =>
        expected.templateSha256 !== undefined &&
        identity.templateSha256 !== expected.templateSha256,
      `was asked with another chat template than this system has (${expected.templateSha256})`,
    ),
    ...of(
      ({ identity }) => identity.fewShotSha256 !== expected.fewShotSha256,
      'was asked with other examples before its prompt than this system has',
    ),
    ...of(
      (answer) => !isSampledAs(expected.sampling, answer),
      'was given with other sampling settings or another seed than this system has',
    ),
  ];
}

const originWords = { weights: 'weights here', endpoint: 'an endpoint', file: 'a file' } as const;

/** Where an answer comes from; of a system that has none, imported answers stand for it. */
function kindOf(
  known: AnswerIdentity | ExpectedIdentity | ExpectedEndpoint | null,
): keyof typeof originWords {
  if (known === null || 'importedFrom' in known) return 'file';
  return 'endpoint' in known ? 'endpoint' : 'weights';
}

function endpointDisagreements(
  expected: ExpectedEndpoint,
  tell: (isOff: (answer: CheckedAnswer) => boolean, what: string) => string[],
): string[] {
  const of = (
    isOff: (identity: EndpointIdentity, answer: CheckedAnswer) => boolean,
    what: string,
  ) => tell((answer) => isByEndpoint(answer.identity) && isOff(answer.identity, answer), what);
  return [
    ...of(
      ({ endpoint, askedModel }) =>
        endpoint !== expected.endpoint || askedModel !== expected.askedModel,
      `says that another endpoint or model was asked than ${expected.askedModel} of ${expected.endpoint}`,
    ),
    ...of(
      ({ fewShotSha256 }) => fewShotSha256 !== expected.fewShotSha256,
      'was asked with other examples before its prompt than this system has',
    ),
    ...of(
      ({ sampling, repetition = 0 }, { prompt: messages }) =>
        !isPartOf(sampling, {
          ...expected.sampling,
          seed: answerSeed(expected.sampling.seed, { messages }, repetition),
        }),
      'was given with other sampling settings or another seed than this system has',
    ),
  ];
}

/** Whether all settings that are told are those of the whole. */
function isPartOf(settings: object, whole: Sampling): boolean {
  const wanted = new Map<string, number>(Object.entries(whole));
  return Object.entries(settings).every(([name, value]) => value === wanted.get(name));
}

type EngineAnswer = CheckedAnswer & { identity: Identity };

const isOfEngine = (answer: CheckedAnswer): answer is EngineAnswer => isByWeights(answer.identity);

/** The seed that the seeds of all answers of a system follow from; null where one does not. */
export function commonSeed({ systems }: CheckedEvaluation, key: SystemKey): number | null {
  const { expected, answers } = systems[key];
  const own = answers.filter(isOfEngine);
  if (expected === null || own.length === 0 || own.length < answers.length) return null;
  const isCommon = own.every((answer) => isSampledAs(expected.sampling, answer));
  return isCommon ? expected.sampling.seed : null;
}

function isSampledAs(expected: Sampling, answer: EngineAnswer): boolean {
  const { seed, ...settings } = answer.identity.sampling;
  return seed === seedOf(expected, answer) && isPartOf(settings, expected);
}

function seedOf(
  { seed }: Sampling,
  { identity: { repetition }, prompt, promptOrdinal }: EngineAnswer,
): number {
  if (repetition === undefined) return (seed + promptOrdinal) >>> 0;
  return answerSeed(seed, { messages: prompt }, repetition);
}

/** A note for answers of before there were hashes: whether they were changed, nobody can tell. */
export function unhashedNote({ systems }: CheckedEvaluation): string[] {
  const old = [...systems.a.answers, ...systems.b.answers].filter(
    ({ integrity }) => integrity === 'unhashed',
  );
  return old.length === 0
    ? []
    : [
        `${formatQuantity(old.length, 'answer')} of an earlier version of this program, which stored no hash: a change of the text would not be noticed.`,
      ];
}

const mostNamed = 5;

function sentence(
  found: readonly { ordinal: number }[],
  { noun, of = '' }: { noun: string; of?: string },
  predicate: string,
): string[] {
  if (found.length === 0) return [];
  const places = found.slice(0, mostNamed).map(({ ordinal }) => formatCount(ordinal + 1));
  const more = found.length > mostNamed ? ` and ${formatCount(found.length - mostNamed)} more` : '';
  return [
    `${formatQuantity(found.length, noun)}${of} (${places.join(', ')}${more}): each ${predicate}.`,
  ];
}
