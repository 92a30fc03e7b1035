import { seededChance, type Chance } from './chance.ts';
import { factsOf, relations, type Country, type Fact } from '../../headless/demo/countries.ts';
import { leadIns, phrasings } from './phrasings.ts';

/** Sentences of one line that begin with one of the lead-ins. */
const leadInShare = 0.15;

/**
 * An endless stream of lines of statements about the countries, each line about other ones:
 * 55 % passages on one country, 25 % lone facts, 12 % one relation of several countries,
 * 8 % mixed facts. No line is a question, and none begins with a name, so that a tokenizer
 * that takes the space in front of a word into its token meets every name behind a space.
 */
export function* corpusLines(
  countries: readonly Country[],
  seed: number,
): Generator<string, never> {
  const chance = seededChance(seed);
  for (;;) yield line(countries, chance);
}

function line(countries: readonly Country[], chance: Chance): string {
  const kind = chance.uniform();
  if (kind < 0.55) return passage(factsOf(chance.pick(countries)), chance);
  if (kind < 0.8) return sentence(chance.pick(factsOf(chance.pick(countries))), chance, true);
  const count = kind < 0.92 ? 2 + chance.below(4) : 2 + chance.below(3);
  const relation = kind < 0.92 ? chance.pick(relations) : undefined;
  const facts = chance
    .shuffled(countries.map(factsOf))
    .map((all) => (relation ? all.find((fact) => fact.relation === relation) : chance.pick(all)))
    .filter((fact) => fact !== undefined)
    .slice(0, count);
  return facts.map((fact, index) => sentence(fact, chance, index === 0)).join(' ');
}

/** One to six facts on one country in random order. */
function passage(all: readonly Fact[], chance: Chance): string {
  const facts = chance.shuffled(all).slice(0, 1 + chance.below(6));
  const sentences: string[] = [];
  while (facts.length > 0) {
    const joined = facts.length > 1 && chance.uniform() < 0.15;
    const first = sentences.length === 0;
    const [fact, ...more] = facts.splice(0, joined ? 2 + chance.below(2) : 1);
    if (fact === undefined) break;
    if (joined) sentences.push(joinedSentence([fact, ...more], chance, first));
    else if (!first && chance.uniform() < 0.25)
      sentences.push(fill(chance.pick(phrasings[fact.relation].followUps), fact));
    else sentences.push(sentence(fact, chance, first));
  }
  return sentences.join(' ');
}

/** A sentence on one fact; at the start of a line one that does not begin with a name. */
function sentence(fact: Fact, chance: Chance, startsLine: boolean): string {
  const phrasing = chance.pick(phrasings[fact.relation].sentences);
  const needsLeadIn = startsLine && /^[XY]\b/.test(phrasing);
  const leads = needsLeadIn || (startsLine && chance.uniform() < leadInShare);
  return leads ? chance.pick(leadIns) + fill(uncapitalized(phrasing), fact) : fill(phrasing, fact);
}

/** Several facts on one country in one sentence. */
function joinedSentence(facts: readonly Fact[], chance: Chance, startsLine: boolean): string {
  const clauses = facts.map((fact) => fill(chance.pick(phrasings[fact.relation].clauses), fact));
  const list = [clauses.slice(0, -1).join(', '), ...clauses.slice(-1)]
    .filter(Boolean)
    .join(' and ');
  const country = facts[0]?.country ?? '';
  if (chance.uniform() < 0.5) return `The country ${list} is ${country}.`;
  return `${startsLine ? chance.pick(leadIns) : ''}${country} is a country ${list}.`;
}

const fill = (phrasing: string, { country, value }: Fact) =>
  phrasing.replace(/\bX\b/, () => country).replace(/\bY\b/, () => value);

const uncapitalized = (phrasing: string) =>
  /^[XY]\b/.test(phrasing) ? phrasing : phrasing.charAt(0).toLowerCase() + phrasing.slice(1);
