import { z } from 'zod';
import { endpointSystemSchema, type EndpointSystem } from './endpoint.ts';
import { fewShotSchema } from './few-shot.ts';
import { mostTemplateCharacters } from './recipe/recipe.ts';
import { countSchema, hashSchema, idSchema, momentSchema, nameSchema } from './stored-value.ts';

/**
 * Sampling settings of a generation. Defaults are LIMA's (section 4.1): nucleus 0.9,
 * temperature 0.7, repetition penalty 1.2, at most 2,048 tokens.
 */
export const samplingSchema = z.object({
  temperature: z.number().min(0).max(5).default(0.7),
  topP: z.number().gt(0).max(1).default(0.9),
  topK: z.number().int().min(0).max(100_000).default(0),
  minP: z.number().min(0).max(1).default(0),
  repeatPenalty: z.number().min(0.1).max(5).default(1.2),
  maxTokens: z.number().int().min(1).max(131_072).default(2048),
  seed: z.number().int().min(0).max(4_294_967_295).default(42),
});
export type Sampling = z.infer<typeof samplingSchema>;

/** What produced an answer, as the engine itself reports it: never what the window believes. */
export const identitySchema = z.object({
  baseSha256: hashSchema,
  baseName: nameSchema,
  adapterSha256: hashSchema.nullable(),
  adapterName: nameSchema.nullable(),
  /** Only where a person allowed it: the adapter was trained on this base, not on the one above. */
  adapterBaseSha256: hashSchema.optional(),
  strength: z.number(),
  templateSha256: hashSchema,
  /** Of the examples before the prompt; absent where it was asked without any. */
  fewShotSha256: hashSchema.optional(),
  /** With the seed of this very answer: asking the same again with it gives the same again. */
  sampling: samplingSchema,
  /**
   * Of a prompt of many, whose seed `answerSeed` drew: which of those with the same words it is, from
   * 0. Absent in chat, which takes a seed as it is, and in old answers, whose seed was that of their
   * system plus the place of their prompt.
   */
  repetition: countSchema.optional(),
  /**
   * How many answers were computed at a time, at most. On a GPU the sums of an answer beside others may
   * be rounded otherwise, which may tip a sampled token; on the CPU they are not. Absent in old answers.
   */
  parallel: z.number().int().min(1).optional(),
  engine: nameSchema,
  device: nameSchema,
});
export type Identity = z.infer<typeof identitySchema>;

/** Where an answer came from that no engine here gave: a file, and what it says of itself. */
export const importedIdentitySchema = z.object({
  /** The name of the file, without its folder. */
  importedFrom: nameSchema,
  fileSha256: hashSchema,
  /** Who gave the answer, as the file says; null where it does not. */
  generator: nameSchema.nullable(),
  importedMs: momentSchema,
});
export type ImportedIdentity = z.infer<typeof importedIdentitySchema>;

/** The settings that OpenAI's API has a name for; absent: the server was not told. */
export const sentSamplingSchema = z.object({
  temperature: z.number().optional(),
  topP: z.number().optional(),
  maxTokens: z.number().int().optional(),
  seed: z.number().int().optional(),
});
export type SentSampling = z.infer<typeof sentSamplingSchema>;

/** What gave an answer elsewhere, as far as the endpoint said it: no weights are known. */
export const endpointIdentitySchema = z.object({
  /** The base URL, without credentials. */
  endpoint: nameSchema,
  /** The model that was asked for, and the one that the response names. */
  askedModel: nameSchema,
  saidModel: nameSchema.nullable(),
  /** `system_fingerprint` of the response, and its header `Server`. */
  fingerprint: nameSchema.nullable(),
  server: nameSchema.nullable(),
  fewShotSha256: hashSchema.optional(),
  /** With the seed of this very answer, as in `Identity`. */
  sampling: sentSamplingSchema,
  /** Settings that would have changed something, and that the server was not told. */
  notSent: z.array(nameSchema),
  repetition: countSchema.optional(),
  /** What the server said where it refused the prompt. */
  refusal: nameSchema.optional(),
  /** Of a judge: whether its verdict is told by probabilities of tokens, or the share of samples. */
  verdictFrom: z.enum(['logprobs', 'samples']).optional(),
  /** Of so many: the likeliest tokens that were told, or samples. */
  verdictOf: countSchema.optional(),
});
export type EndpointIdentity = z.infer<typeof endpointIdentitySchema>;

/** What is known of an answer to a prompt of a set: what the engine or endpoint said, or its file. */
export const answerIdentitySchema = z.union([
  importedIdentitySchema,
  endpointIdentitySchema,
  identitySchema,
]);
export type AnswerIdentity = z.infer<typeof answerIdentitySchema>;

/** True of an answer that an endpoint gave. */
export const isByEndpoint = (identity: AnswerIdentity): identity is EndpointIdentity =>
  'endpoint' in identity;

/** True of an answer that weights here gave. */
export const isByWeights = (identity: AnswerIdentity): identity is Identity =>
  'baseSha256' in identity;

/** True of an answer that came from a file. */
export const isImported = (identity: AnswerIdentity): identity is ImportedIdentity =>
  'importedFrom' in identity;

/** A base model with an optional adapter: one contestant of a chat or an evaluation. */
export const systemSpecSchema = z.object({
  modelId: z.string(),
  checkpointId: z.string().nullable().default(null),
  strength: z.number().min(0).max(4).default(1),
  /** Allows an adapter that was trained on another base of the same shape; answers record it. */
  otherBase: z.boolean().optional(),
  /** A chat template in Jinja instead of that of the adapter or the base; absent: nobody chose one. */
  chatTemplate: z.string().max(mostTemplateCharacters).optional(),
  /** Examples before every prompt; absent: none. */
  fewShot: fewShotSchema.optional(),
});
export type SystemSpec = z.infer<typeof systemSpecSchema>;

/** Answers that were imported from files under one name: they are compared, and asked nothing. */
export const importedSystemSchema = z.object({ answersId: idSchema });
export type ImportedSystem = z.infer<typeof importedSystemSchema>;

/** What can be compared: weights that answer here, an endpoint, or answers that came from elsewhere. */
export const contestantSchema = z.union([
  importedSystemSchema,
  endpointSystemSchema,
  systemSpecSchema,
]);
export type Contestant = z.infer<typeof contestantSchema>;

/** True of a contestant whose answers are imported. */
export const hasImportedAnswers = (contestant: Contestant): contestant is ImportedSystem =>
  'answersId' in contestant;

/** True of a contestant that an endpoint answers for. */
export const isEndpointSystem = (contestant: Contestant): contestant is EndpointSystem =>
  'endpoint' in contestant;

/** True of a contestant whose weights answer here. */
export const hasWeights = (contestant: Contestant): contestant is SystemSpec =>
  'modelId' in contestant;
