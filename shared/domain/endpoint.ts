import { z } from 'zod';
import { fewShotSchema } from './few-shot.ts';

const mostUrlCharacters = 2000;
const mostModelCharacters = 500;

/** A base URL as it is typed, such as `http://127.0.0.1:8080/v1`. */
export const baseUrlSchema = z.string().trim().min(1).max(mostUrlCharacters);

/** A server that speaks OpenAI's API, by its base URL without credentials, and a model of it. */
export const endpointSchema = z.object({
  baseUrl: baseUrlSchema,
  model: z.string().min(1).max(mostModelCharacters),
});
export type Endpoint = z.infer<typeof endpointSchema>;

/** An endpoint that answers: its key belongs to the person and stands in no project. */
export const endpointSystemSchema = z.object({
  endpoint: endpointSchema,
  /** Examples before every prompt; absent: none. */
  fewShot: fewShotSchema.optional(),
});
export type EndpointSystem = z.infer<typeof endpointSystemSchema>;

/** The endpoint that `http://HOST:PORT/v1#MODEL` names; undefined of anything else. */
export function endpointOfWord(text: string): Endpoint | undefined {
  const [, baseUrl, model] = /^(https?:\/\/[^#\s]+)#(.+)$/i.exec(text) ?? [];
  return baseUrl !== undefined && model !== undefined ? { baseUrl, model } : undefined;
}

/** Whether a word of a command line begins as an endpoint does. */
export const looksLikeEndpoint = (text: string): boolean => /^https?:\/\//i.test(text);

/** How an endpoint is called where systems are named. */
export const endpointName = ({ baseUrl, model }: Endpoint): string =>
  `${model} at ${baseUrl.replace(/^https?:\/\//i, '')}`;
