import type { ReportSystem } from '../domain/report/evaluation-report.ts';
import type { Identity, ImportedIdentity } from '../domain/identity.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatQuantity } from '../text/numbers.ts';
import { endpointText } from './endpoint-origins.ts';

const quoted = (name: string) => `“${displayLine(name)}”`;

/** Which weights and files gave the answers of a system, each with its hash; empty where nothing is recorded. */
export const originsText = ({ identities, imported, endpoints }: ReportSystem): string =>
  [
    ...identities.map(weightsText),
    ...imported.map(originText),
    ...endpoints.map(endpointText),
  ].join('; and ');

/** How the answers of a system were sampled, and by which seeds; empty where weights here gave none. */
export function samplingText({ identities, seed }: ReportSystem): string {
  if (identities.length === 0) return '';
  const settings = [...new Set(identities.map(settingsText))].join('; and ');
  const seeds =
    seed === null ? 'by the seed that is told with it' : `by a seed that follows from seed ${seed}`;
  return `${settings}, each answer ${seeds}`;
}

function originText({ importedFrom, fileSha256, generator }: ImportedIdentity): string {
  const by = generator === null ? '' : `, by ${quoted(generator)} as the file says`;
  return `answers from the file ${quoted(importedFrom)} (SHA-256 ${displayLine(fileSha256)})${by}, whose weights and sampling are not known`;
}

function weightsText(identity: Identity): string {
  const { baseName, baseSha256, templateSha256, fewShotSha256 } = identity;
  const { engine, device, parallel } = identity;
  return [
    `base model ${displayLine(baseName)} (SHA-256 ${displayLine(baseSha256)})`,
    adapterText(identity),
    `chat template SHA-256 ${displayLine(templateSha256)}`,
    ...(fewShotSha256 === undefined
      ? []
      : [`behind constant examples (SHA-256 ${displayLine(fewShotSha256)})`]),
    `${displayLine(engine)} on ${displayLine(device)}`,
    ...(parallel === undefined ? [] : [`at most ${formatQuantity(parallel, 'answer')} at a time`]),
  ].join(', ');
}

function adapterText({ adapterName, adapterSha256, adapterBaseSha256, strength }: Identity) {
  if (adapterSha256 === null) return 'no adapter';
  const other =
    adapterBaseSha256 === undefined
      ? ''
      : `, trained on another base model, SHA-256 ${displayLine(adapterBaseSha256)}`;
  const name = displayLine(adapterName ?? 'without a name');
  return `adapter ${name} (SHA-256 ${displayLine(adapterSha256)}${other}) at strength ${strength}`;
}

function settingsText({ sampling }: Identity): string {
  const { temperature, topP, topK, minP, repeatPenalty, maxTokens } = sampling;
  return `temperature ${temperature}, top p ${topP}, top k ${topK}, min p ${minP}, repetition penalty ${repeatPenalty} and at most ${formatQuantity(maxTokens, 'token')}`;
}
