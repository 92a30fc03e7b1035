import { z } from 'zod';
import { eventIterator } from '@orpc/contract';
import { baseUrlSchema, endpointSchema, endpointSystemSchema } from '../domain/endpoint.ts';
import { turnAnswerSchema } from '../domain/evaluate/dialogue.ts';
import { endpointIdentitySchema, samplingSchema } from '../domain/identity.ts';
import { messageSchema } from '../domain/message.ts';
import { reading } from './errors.ts';

/** What a request is made for. */
export const requestPurposeSchema = z.enum(['answer', 'judge', 'models', 'test']);
export type RequestPurpose = z.infer<typeof requestPurposeSchema>;

const mostKeyCharacters = 4000;
/** Printable ASCII: anything else could not stand in a header. */
const keySchema = z
  .string()
  .trim()
  .min(1)
  .max(mostKeyCharacters)
  .regex(/^[\x21-\x7e]+$/, { error: 'a key has neither spaces nor special characters' });

const count = z.number().int();

/** Whether this project may ask endpoints on this machine, which ones, and how often it did. */
export const networkStatusSchema = z.object({
  isEnabled: z.boolean(),
  /** Only while the project is open here, as a command asked for it. */
  isUntilClosed: z.boolean(),
  /** Those that this person added for the project on this machine. */
  endpoints: z.array(z.object({ baseUrl: z.string(), hasKey: z.boolean() })),
  /** Every request that was ever sent for it from this machine. */
  requests: count,
  logPath: z.string(),
});
export type NetworkStatus = z.infer<typeof networkStatusSchema>;

/** One request as the log tells it; never with a key or what was asked. */
export const loggedRequestSchema = z.object({
  atMs: count,
  /** Scheme, host and port. */
  origin: z.string(),
  method: z.string(),
  path: z.string(),
  model: z.string().nullable(),
  purpose: requestPurposeSchema,
  sentBytes: count,
  /** Null while it goes on, and where the program ended before it did. */
  ms: count.nullable(),
  status: count.nullable(),
  receivedBytes: count,
  /** Why there was no response; null where there was one. */
  error: z.string().nullable(),
});
export type LoggedRequest = z.infer<typeof loggedRequestSchema>;

/** What an endpoint says of itself when it is asked for a word. */
export const endpointTrialSchema = z.object({
  saidModel: z.string().nullable(),
  fingerprint: z.string().nullable(),
  server: z.string().nullable(),
  ms: count,
  /** Whether it tells how likely its tokens were: then judges read that. */
  hasLogprobs: z.boolean(),
});
export type EndpointTrial = z.infer<typeof endpointTrialSchema>;

/** An answer of an endpoint, or with `failed` why there is none. */
export const endpointAnswerSchema = z.object({
  output: z.string(),
  finish: z.enum(['stop', 'length', 'failed']),
  promptTokens: count,
  outputTokens: count,
  durationMs: z.number(),
  identity: endpointIdentitySchema,
});
export type EndpointAnswer = z.infer<typeof endpointAnswerSchema>;

/** Endpoints beyond this program. What is set here is the person's, and stands in no project file. */
export const networkContract = {
  status: reading.output(networkStatusSchema),
  /** Lets the open project ask endpoints from this machine, or ends that; requests under way stop. */
  setEnabled: reading
    .input(z.object({ isEnabled: z.boolean(), untilClosed: z.boolean().default(false) }))
    .output(networkStatusSchema),
  /** Adds an endpoint that the open project may ask; without a key the one that is stored stays. */
  allow: reading
    .input(z.object({ baseUrl: baseUrlSchema, key: keySchema.optional() }))
    .output(networkStatusSchema),
  /** The open project may ask it no more; its key goes with it unless another project asks it. */
  forget: reading.input(z.object({ baseUrl: baseUrlSchema })).output(networkStatusSchema),
  /** Stores the key of an endpoint for every project of this person, or removes it. */
  setKey: reading
    .input(z.object({ baseUrl: baseUrlSchema, key: keySchema.nullable() }))
    .output(z.object({ baseUrl: z.string(), hasKey: z.boolean() })),
  /** The models that an endpoint lists. */
  models: reading
    .input(z.object({ baseUrl: baseUrlSchema }))
    .output(z.object({ models: z.array(z.string()) })),
  /** Asks an endpoint for one word. */
  test: reading.input(endpointSchema).output(endpointTrialSchema),
  /** Streams its answers to many prompts, in the order they finish; nothing is stored. */
  answers: reading
    .input(
      z.object({
        system: endpointSystemSchema,
        items: z
          .array(z.object({ key: z.string(), messages: z.array(messageSchema).min(1) }))
          .min(1)
          .max(100_000),
        sampling: samplingSchema.prefault({}),
        parallel: z.number().int().min(1).max(64).default(16),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          /** A turn of a dialogue that is not its last one. */
          z.object({ type: z.literal('turn'), key: z.string() }),
          z.object({
            type: z.literal('answer'),
            key: z.string(),
            answer: endpointAnswerSchema,
            /** All answers of a dialogue, which the one above is the last of. */
            turns: z.array(turnAnswerSchema).optional(),
          }),
        ]),
      ),
    ),
  /** The newest requests of the open project, the newest first. */
  log: reading
    .input(z.object({ limit: z.number().int().min(1).max(10_000).default(100) }))
    .output(z.object({ total: count, requests: z.array(loggedRequestSchema) })),
};
