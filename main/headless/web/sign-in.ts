import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import {
  challengeSchema,
  proofSchema,
  signInSchema,
  type challengedSchema,
  type signedInSchema,
} from '../../../shared/contract/web-session.ts';
import type { WebSession, WebSessions } from './web-session.ts';

/** What a person who is not signed in is told. */
export const signInHint = 'Open the address that was printed when the server started.';

/** Longest accepted body: the longest that a page sends is a proof of three times 43 characters. */
const bodyLimitBytes = 512;

/** A request and what answers it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Who may come in, and what becomes of the windows of a session that ends. */
export interface SignInDesk {
  sessions: WebSessions;
  onSignOut: (session: WebSession) => void;
}

type SignInStep = (exchange: Exchange, desk: SignInDesk, body: unknown) => void;

/** The three steps by path, each a POST: the token for a key, a challenge, and the way out. */
const steps: ReadonlyMap<string, SignInStep> = new Map([
  ['/session', exchangeToken],
  ['/session/challenge', answerChallenge],
  ['/session/end', signOut],
]);

/** True for a path that takes part in signing in. */
export const isSignInPath = (path: string): boolean => steps.has(path);

/** Answers a POST to one of the paths of signing in; its body is read within its limit. */
export async function answerSignIn(
  path: string,
  exchange: Exchange,
  desk: SignInDesk,
): Promise<void> {
  const { request, response } = exchange;
  response.setHeader('Cache-Control', 'no-store');
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json')
    return endRequest(exchange, 415, 'Send application/json.');
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes)
    return endRequest(exchange, 413, `At most ${bodyLimitBytes} bytes.`);
  const body = await readBody(request);
  if ('status' in body) return endRequest(exchange, body.status, 'Send one small JSON object.');
  steps.get(path)?.(exchange, desk, body.value);
}

function exchangeToken(exchange: Exchange, { sessions }: SignInDesk, value: unknown): void {
  const body = signInSchema.safeParse(value).data;
  if (!body) return endRequest(exchange, 400, 'Send {"token": "…"}.');
  const session = sessions.signIn(body.token, exchange.request.headersDistinct['cookie']);
  if (!session) return endRequest(exchange, 401, signInHint);
  exchange.response.setHeader('Set-Cookie', sessions.setCookie(session));
  sendJson<typeof signedInSchema>(exchange, { key: session.key });
}

function answerChallenge(exchange: Exchange, { sessions }: SignInDesk, value: unknown): void {
  const body = challengeSchema.safeParse(value).data;
  if (!body) return endRequest(exchange, 400, 'Send {"pageNonce": "…"}.');
  const session = sessions.find(exchange.request.headersDistinct['cookie']);
  if (!session) return endRequest(exchange, 401, signInHint);
  const asked = { ...body, host: hostOf(exchange.request) };
  sendJson<typeof challengedSchema>(exchange, sessions.challenge(session, asked));
}

function signOut(exchange: Exchange, { sessions, onSignOut }: SignInDesk, value: unknown): void {
  const proof = proofSchema.safeParse(value).data;
  if (!proof) return endRequest(exchange, 400, 'Send {"pageNonce", "serverNonce", "proof"}.');
  const session = sessions.find(exchange.request.headersDistinct['cookie']);
  const given = { ...proof, host: hostOf(exchange.request) };
  if (!session || !sessions.accepts(session, 'sign-out', given))
    return endRequest(exchange, 401, signInHint);
  sessions.end(session);
  onSignOut(session);
  exchange.response.writeHead(204, { 'Set-Cookie': sessions.clearCookie() }).end();
}

/** The host as the page knows it; the guard has compared it with our own names. */
export const hostOf = (request: IncomingMessage): string => request.headers['host'] ?? '';

type Body = { value: unknown } | { status: 400 | 413 };

/** Reads the JSON of a request; nothing beyond the limit is kept in memory. */
function readBody(request: IncomingMessage): Promise<Body> {
  const { promise, resolve } = Promise.withResolvers<Body>();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= bodyLimitBytes) return chunks.push(chunk);
    request.pause();
    return resolve({ status: 413 });
  });
  request.on('end', () => resolve(parseBody(Buffer.concat(chunks).toString('utf8'))));
  // The client went away in the middle of it; nobody hears the answer.
  request.on('error', () => resolve({ status: 400 }));
  request.on('close', () => resolve({ status: 400 }));
  return promise;
}

function parseBody(text: string): Body {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { status: 400 };
  }
}

function sendJson<Shape extends z.ZodType>({ response }: Exchange, answer: z.infer<Shape>): void {
  const body = Buffer.from(JSON.stringify(answer));
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  response.writeHead(200, { ...headers, 'Content-Length': body.length }).end(body);
}

/** Answers with a line of text; the connection ends, so that each refusal costs a new one. */
export function endRequest({ request, response }: Exchange, status: number, reason: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : `${reason}\n`);
}
