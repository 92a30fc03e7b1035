import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { resourcesDir } from '../../core/base/application.ts';
import { countriesSchema, type Country } from '../../headless/demo/countries.ts';

/** The fields that are read from `countries.json` of the npm package world-countries 5.1.0. */
const sourceSchema = z.array(
  z.object({
    name: z.object({ common: z.string() }),
    cca2: z.string(),
    unMember: z.boolean(),
    capital: z.array(z.string()),
    currencies: z.record(z.string(), z.object({ name: z.string() })),
    languages: z.record(z.string(), z.string()),
    region: z.string(),
    subregion: z.string(),
    demonyms: z.object({ eng: z.object({ m: z.string() }) }).optional(),
    tld: z.array(z.string()),
    idd: z.object({ root: z.string(), suffixes: z.array(z.string()) }),
  }),
);
type SourceCountry = z.infer<typeof sourceSchema>[number];

/** Calling codes that several countries share: their further digits are areas, not countries. */
const sharedRoots = ['+1', '+7'];

/** Leaves out what is not one plain fact: three capitals, eleven languages, the city that is its country. */
function toCountry(source: SourceCountry): Country {
  const name = source.name.common;
  const capital = single(source.capital)?.replace('St. ', 'Saint ').replace(' D.C.', '');
  const facts = {
    capital: capital === name ? undefined : capital,
    currency: currencyOf(source),
    language: single(Object.values(source.languages))?.replace(/ \(.*\)/, ''),
    region: source.subregion,
    continent: source.region === 'Americas' ? 'America' : source.region,
    demonym: source.demonyms?.eng.m.split(',')[0],
    domain: source.tld[0],
    'calling code': callingCode(source),
  };
  return { name, facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) };
}

const single = <T>(values: readonly T[]) => (values.length === 1 ? values[0] : undefined);

/** The only currency, or of two the one whose code begins with the country's. */
function currencyOf({ currencies, cca2 }: SourceCountry): string | undefined {
  const all = Object.entries(currencies);
  if (all.length > 2) return undefined;
  const own = single(all) ?? single(all.filter(([code]) => code.startsWith(cca2)));
  return own?.[1].name;
}

function callingCode({ idd }: SourceCountry): string | undefined {
  const suffix = single(idd.suffixes);
  if (sharedRoots.includes(idd.root) && idd.suffixes.length > 1) return idd.root;
  return suffix === undefined ? undefined : `${idd.root}${suffix}`;
}

async function main(sourcePath: string | undefined): Promise<void> {
  if (sourcePath === undefined)
    throw new Error('Give the path of countries.json from the npm package world-countries.');
  const source = sourceSchema.parse(z.json().parse(JSON.parse(await readFile(sourcePath, 'utf8'))));
  const countries = source.filter(({ unMember }) => unMember).map(toCountry);
  const sorted = countries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const target = join(resourcesDir, 'atlas', 'countries.json');
  await writeFile(target, `${JSON.stringify(countriesSchema.parse(sorted), null, 2)}\n`);
  console.log(`${sorted.length} countries → ${target}`);
}

await main(process.argv[2]);
