import { z } from 'zod';

/** 32 random bytes in base64url. */
const secret = z.string().regex(/^[\w-]{43}$/);

/** What a page posts to sign in: the token of the address that the server printed. */
export const signInSchema = z.object({ token: z.string().max(100) });

/** The answer to a sign-in. The key is never sent again, in either direction. */
export const signedInSchema = z.object({ key: secret });

/** A page asks the server to prove itself first. */
export const challengeSchema = z.object({ pageNonce: secret });

/** The server's proof, and what the page's own proof has to answer. */
export const challengedSchema = z.object({ serverNonce: secret, proof: secret });

/** What a page proves its key for: a proof for one purpose is none for another. */
export type ProofPurpose = 'rpc' | 'sign-out';

/** A page's proof that it holds the key of its session; good once, for half a minute. */
export const proofSchema = z.object({ pageNonce: secret, serverNonce: secret, proof: secret });
export type Proof = z.infer<typeof proofSchema>;

/** The name of the WebSocket's protocol; the page's proof travels as a second name beside it. */
export const socketProtocol = 'lima-rpc';

/** What the HMAC-SHA256 of a proof is computed over; `host` is the page's own, with its port. */
export function proofText(
  prover: 'server' | ProofPurpose,
  { host, pageNonce, serverNonce }: { host: string; pageNonce: string; serverNonce: string },
): string {
  return ['lima-workbench', prover, host, pageNonce, serverNonce].join('\n');
}

/** The second protocol name of a WebSocket, which carries the page's proof. */
export function proofProtocol({ pageNonce, serverNonce, proof }: Proof): string {
  return `proof.${pageNonce}.${serverNonce}.${proof}`;
}

/** The proof among the protocol names of an upgrade, as `proofProtocol` wrote it. */
export function proofInProtocols(names: readonly string[]): Proof | undefined {
  const [prefix, pageNonce, serverNonce, proof, ...more] = names[1]?.split('.') ?? [];
  const isOurs = names.length === 2 && names[0] === socketProtocol;
  if (!isOurs || prefix !== 'proof' || more.length > 0) return undefined;
  return proofSchema.safeParse({ pageNonce, serverNonce, proof }).data;
}
