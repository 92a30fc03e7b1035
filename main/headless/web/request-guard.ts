import { isSignInPath } from './sign-in.ts';

/** What a guard may know of a request: header values are never merged, so duplicates show. */
export interface RequestFacts {
  method: string;
  /** The request target as sent, before any decoding. */
  target: string;
  headers: NodeJS.Dict<string[]>;
  isUpgrade: boolean;
}

/** Why a request is refused: the status to answer and a reason for the person who debugs it. */
export interface Refusal {
  status: number;
  reason: string;
}

const socketPath = '/rpc';

/**
 * The first reason to refuse a request, or `undefined`. Host comes first: a page that rebinds its
 * name to 127.0.0.1 still sends its own name, and nothing else may be read before that is known.
 */
export function refuseRequest(facts: RequestFacts, hosts: readonly string[]): Refusal | undefined {
  return (
    refuseHost(facts, hosts) ??
    refuseFetchMetadata(facts) ??
    refuseOrigin(facts) ??
    refuseMethod(facts)
  );
}

/** True when the request changes something or opens a channel: these need a proven origin. */
function isSensitive(facts: RequestFacts): boolean {
  return facts.isUpgrade || !['GET', 'HEAD'].includes(facts.method);
}

function refuseHost({ headers }: RequestFacts, allowed: readonly string[]): Refusal | undefined {
  const hosts = headers['host'] ?? [];
  if (hosts.length === 1 && allowed.includes(hosts[0] ?? '')) return undefined;
  return { status: 403, reason: `Host must be ${allowed.join(' or ')}.` };
}

/** `same-site` is refused too: every port of localhost is the same site. */
function refuseFetchMetadata(facts: RequestFacts): Refusal | undefined {
  const sites = facts.headers['sec-fetch-site'];
  if (sites === undefined) return undefined;
  const allowed = isSensitive(facts) ? ['same-origin'] : ['same-origin', 'none'];
  if (sites.length === 1 && allowed.includes(sites[0] ?? '')) return undefined;
  return { status: 403, reason: 'Requests from other sites are refused.' };
}

function refuseOrigin(facts: RequestFacts): Refusal | undefined {
  const origins = facts.headers['origin'];
  if (origins === undefined && !isSensitive(facts)) return undefined;
  const own = `http://${facts.headers['host']?.[0]}`;
  if (origins?.length === 1 && origins[0] === own) return undefined;
  return { status: 403, reason: `Origin must be ${own}.` };
}

function refuseMethod(facts: RequestFacts): Refusal | undefined {
  const path = pathOf(facts.target);
  if (facts.isUpgrade) {
    if (path !== socketPath) return { status: 404, reason: `Only ${socketPath} can be upgraded.` };
    if (facts.method !== 'GET') return { status: 405, reason: 'A WebSocket starts with GET.' };
    return undefined;
  }
  if (path === socketPath) return { status: 426, reason: `${socketPath} is a WebSocket.` };
  const allowed = isSignInPath(path) ? ['POST'] : ['GET', 'HEAD'];
  if (allowed.includes(facts.method)) return undefined;
  return { status: 405, reason: `${path} answers ${allowed.join(' and ')} only.` };
}

/** The path of a request target, undecoded, without the query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? target;
}
