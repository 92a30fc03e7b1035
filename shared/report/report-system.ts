import type { ReportSystem } from '../domain/report/evaluation-report.ts';
import {
  type AnswerIdentity,
  type Identity,
  isByEndpoint,
  isByWeights,
  isImported,
} from '../domain/identity.ts';
import { endpointConfiguration } from './endpoint-origins.ts';

// A file may name another generator in every row.
const mostOrigins = 20;

/**
 * A contestant with one identity per distinct configuration: seed and repetition differ from answer
 * to answer. `seed` is the one that those of its answers follow from, null where none is known.
 */
export function reportSystem(
  name: string,
  identities: readonly AnswerIdentity[],
  seed: number | null,
): ReportSystem {
  const seen = new Map<string, AnswerIdentity>();
  for (const identity of identities) {
    const key = JSON.stringify(configurationOf(identity));
    if (!seen.has(key)) seen.set(key, identity);
  }
  const distinct = [...seen.values()];
  return {
    name,
    identities: distinct.filter(isByWeights),
    imported: distinct.filter(isImported).slice(0, mostOrigins),
    endpoints: distinct.filter(isByEndpoint).slice(0, mostOrigins),
    seed,
  };
}

function configurationOf(identity: AnswerIdentity): unknown {
  if (isImported(identity)) return identity;
  return isByEndpoint(identity) ? endpointConfiguration(identity) : weightsConfiguration(identity);
}

function weightsConfiguration({ sampling, repetition, ...rest }: Identity): unknown[] {
  return [rest, { ...sampling, seed: 0 }, repetition === undefined];
}
