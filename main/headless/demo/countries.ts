import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resourcesDir } from '../../core/base/application.ts';

/** What Atlas knows of a country. */
export const relations = [
  'capital',
  'currency',
  'language',
  'region',
  'continent',
  'demonym',
  'domain',
  'calling code',
] as const;

/** One kind of fact. */
export type Relation = (typeof relations)[number];

/** The facts of resources/atlas/countries.json; a country lacks those that are not one plain value. */
export const countriesSchema = z.array(
  z.object({ name: z.string(), facts: z.partialRecord(z.enum(relations), z.string()) }),
);

/** A country and its facts. */
export type Country = z.infer<typeof countriesSchema>[number];

/** One fact of one country. */
export interface Fact {
  country: string;
  relation: Relation;
  value: string;
}

/** Reads the 194 countries, sorted by name. */
export const readCountries = (): Country[] =>
  countriesSchema.parse(
    z.json().parse(JSON.parse(readFileSync(join(resourcesDir, 'atlas', 'countries.json'), 'utf8'))),
  );

/** The facts of a country in the order of `relations`. */
export const factsOf = ({ name, facts }: Country): Fact[] =>
  relations.flatMap((relation) => {
    const value = facts[relation];
    return value === undefined ? [] : [{ country: name, relation, value }];
  });
