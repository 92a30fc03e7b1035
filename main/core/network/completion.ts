import { z } from 'zod';
import type { SaidError } from './endpoint-error.ts';

const mostNameCharacters = 500;

/** A short text that a server says of itself: cut, and null where it says something else. */
const saidName = z
  .string()
  .transform((text) => text.toWellFormed().slice(0, mostNameCharacters))
  .nullish()
  .catch(null)
  .transform((text) => text ?? null);

const textPart = z.object({ text: z.string() }).transform(({ text }) => text);
const contentSchema = z
  .union([z.string(), z.array(textPart).transform((parts) => parts.join(''))])
  .nullish()
  .transform((text) => text?.toWellFormed() ?? null);

const chanceSchema = z.object({ token: z.string(), logprob: z.number().max(1e-3) });
const tokenSchema = chanceSchema.extend({
  top_logprobs: z.array(chanceSchema).nullish().catch(null),
});

const tokensSchema = z.number().int().min(0).nullish().catch(0);

/** A response of `/chat/completions`, of which only what is used has to be right. */
export const completionSchema = z.object({
  model: saidName,
  system_fingerprint: saidName,
  choices: z
    .array(
      z.object({
        message: z.object({ content: contentSchema, refusal: contentSchema.catch(null) }),
        finish_reason: z.string().nullish().catch(null),
        logprobs: z
          .object({ content: z.array(tokenSchema).nullish() })
          .nullish()
          .catch(null),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: tokensSchema, completion_tokens: tokensSchema })
    .nullish()
    .catch(null),
});

/** A response of `/models`. */
export const modelListSchema = z.object({
  data: z.array(z.object({ id: z.string().min(1) })).transform((all) => all.map(({ id }) => id)),
});

/** How likely a token was, and which else came into question. */
export interface TokenChances {
  token: string;
  logprob: number;
  top: readonly { token: string; logprob: number }[];
}

/** One completion, as far as it is used. */
export interface Completion {
  text: string;
  /** As the server says it: `stop`, `length`, `content_filter` or another word. */
  finishReason: string;
  promptTokens: number;
  outputTokens: number;
  saidModel: string | null;
  fingerprint: string | null;
  /** The header `Server`. */
  server: string | null;
  /** Of its first token; undefined where the server tells none. */
  firstToken: TokenChances | undefined;
}

/** What is used of a response; where a model refuses in a field of its own, that is its answer. */
export function toCompletion(
  { model, system_fingerprint: fingerprint, choices, usage }: z.output<typeof completionSchema>,
  server: string | null,
): Completion {
  const [choice] = choices;
  const [first] = choice?.logprobs?.content ?? [];
  return {
    text: choice?.message.content ?? choice?.message.refusal ?? '',
    finishReason: choice?.finish_reason ?? '',
    promptTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
    saidModel: model,
    fingerprint,
    server: saidName.parse(server),
    firstToken: first && {
      token: first.token,
      logprob: first.logprob,
      top: first.top_logprobs ?? [],
    },
  };
}

const recordSchema = z.record(z.string(), z.unknown());

const fieldOf = (data: unknown, name: string): unknown => recordSchema.safeParse(data).data?.[name];

const wordOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const mostSaidCharacters = 500;

/** What an error response says, whichever of the common forms it has. */
export function toSaidError(data: unknown): SaidError {
  const error = fieldOf(data, 'error') ?? data;
  const of = (name: string) => wordOf(fieldOf(error, name));
  const message = [wordOf(error), of('message'), of('detail')].find((text) => text !== '') ?? '';
  return {
    message: message.toWellFormed().slice(0, mostSaidCharacters),
    code: `${of('code')} ${of('type')}`.trim(),
    param: of('param'),
  };
}
