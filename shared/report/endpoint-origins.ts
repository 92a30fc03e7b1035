import type { EndpointIdentity } from '../domain/identity.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatQuantity } from '../text/numbers.ts';

const quoted = (text: string) => `“${displayLine(text)}”`;

/** The settings of sampling, as a sentence calls them. */
const settingWords: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  topP: 'top p',
  topK: 'top k',
  minP: 'min p',
  repeatPenalty: 'repetition penalty',
  maxTokens: 'longest answer',
  seed: 'seed',
};

const wordOf = (setting: string) => settingWords[setting] ?? displayLine(setting);

/** What gave the answers of an endpoint, as far as it said so, for a paragraph on methods. */
export function endpointText(identity: EndpointIdentity): string {
  const { endpoint, askedModel, notSent, fewShotSha256 } = identity;
  return [
    `the model ${quoted(askedModel)} of the endpoint ${displayLine(endpoint)}${saidText(identity)}`,
    'whose weights, template and engine are not known',
    ...(fewShotSha256 === undefined
      ? []
      : [`behind constant examples (SHA-256 ${displayLine(fewShotSha256)})`]),
    `asked with ${sentText(identity)}`,
    ...(notSent.length > 0 ? [`not told ${notSent.map(wordOf).join(', ')}`] : []),
    ...verdictWords(identity),
  ].join(', ');
}

/** Where its verdicts are read from, of a judge alone. */
function verdictWords({ verdictFrom, verdictOf = 0 }: EndpointIdentity): string[] {
  if (verdictFrom === undefined) return [];
  return verdictFrom === 'logprobs'
    ? [`verdicts by the probabilities of the ${formatQuantity(verdictOf, 'likeliest token')}`]
    : [`verdicts by the shares of ${formatQuantity(verdictOf, 'sample')}`];
}

function saidText({ saidModel, fingerprint, server }: EndpointIdentity): string {
  const said = [
    ...(saidModel === null ? [] : [`calls itself ${quoted(saidModel)}`]),
    ...(fingerprint === null ? [] : [`fingerprint ${displayLine(fingerprint)}`]),
    ...(server === null ? [] : [`server ${quoted(server)}`]),
  ];
  return said.length > 0 ? ` (${said.join(', ')})` : '';
}

/** The settings that an endpoint was told, in a sentence; the seed differs from answer to answer. */
function sentText({ sampling: { temperature, topP, maxTokens, seed } }: EndpointIdentity): string {
  const sent = [
    ...(temperature === undefined ? [] : [`temperature ${temperature}`]),
    ...(topP === undefined ? [] : [`top p ${topP}`]),
    ...(maxTokens === undefined ? [] : [`at most ${maxTokens} tokens`]),
    ...(seed === undefined ? [] : ['a seed of each answer’s own']),
  ];
  return sent.length > 0 ? sent.join(', ') : 'no sampling settings';
}

/** What a reader must know of answers that an endpoint gave: settings it was not told, changes of its model. */
export function endpointWarnings(system: string, endpoints: readonly EndpointIdentity[]): string[] {
  const [first] = endpoints;
  if (!first) return [];
  const notSent = [...new Set(endpoints.flatMap((each) => each.notSent))].map(wordOf);
  const said = new Set(endpoints.map((each) => JSON.stringify([each.saidModel, each.fingerprint])));
  return [
    `${system}: an endpoint (${displayLine(first.endpoint)}) gave its answers; which weights these are, and whether they stayed the same, nobody here can check.`,
    ...(notSent.length > 0
      ? [
          `${system}: the endpoint was not told ${notSent.join(', ')}, for which its API has no name.`,
        ]
      : []),
    ...(said.size > 1
      ? [
          `${system}: the endpoint named ${said.size} different models or fingerprints while it answered.`,
        ]
      : []),
  ];
}

/** Rows of the table of systems that only endpoints fill. */
export function endpointFields(
  identity: EndpointIdentity | undefined,
): [label: string, value: string][] {
  const show = (read: (known: EndpointIdentity) => string | null) =>
    identity === undefined ? '–' : displayLine(read(identity) ?? 'not told');
  return [
    ['Endpoint', show((known) => known.endpoint)],
    ['Model asked for', show((known) => known.askedModel)],
    ['Model, as it says', show((known) => known.saidModel)],
    ['Fingerprint, as it says', show((known) => known.fingerprint)],
    ['Server, as it says', show((known) => known.server)],
    ['Settings it was told', show(sentText)],
    ['Settings it was not told', show(({ notSent }) => notSent.map(wordOf).join(', ') || 'none')],
  ];
}

/** The same for every answer that was given alike: seed, repetition and refusals differ. */
export function endpointConfiguration(identity: EndpointIdentity): unknown[] {
  const { sampling, notSent } = identity;
  const { endpoint, askedModel, saidModel, fingerprint, server, fewShotSha256 } = identity;
  const said = [endpoint, askedModel, saidModel, fingerprint, server, fewShotSha256];
  const judged = [identity.verdictFrom, identity.verdictOf];
  return [
    said,
    judged,
    { ...sampling, seed: sampling.seed === undefined ? undefined : 0 },
    notSent,
  ];
}
