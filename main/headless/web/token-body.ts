import type { Readable } from 'node:stream';

/** Longest accepted body of `POST /session`: a token is 43 characters. */
export const tokenBodyLimitBytes = 4096;

/** A parsed body, or the status that says what is wrong with it. */
export type TokenBody = { token: string } | { status: 400 | 413 };

/** Reads `{"token": "…"}` from a request; nothing beyond the limit is kept in memory. */
export async function readTokenBody(request: Readable): Promise<TokenBody> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    // The stream stays open when it is cut short, so that the refusal can still be sent.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > tokenBodyLimitBytes) return { status: 413 };
      chunks.push(chunk);
    }
    return parseToken(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || isAborted(error)) return { status: 400 };
    throw error;
  }
}

function parseToken(text: string): TokenBody {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('token' in value)) return { status: 400 };
  return typeof value.token === 'string' ? { token: value.token } : { status: 400 };
}

/** The client went away in the middle of the body. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
