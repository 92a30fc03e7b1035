import { basename, dirname } from 'node:path';
import { sourceFromFileName } from '../sample/parsed-sample.ts';

/** A site of the network: its short name, and its host when one can be told. */
export interface StackExchangeSite {
  /** As samples name their source: `coffee.stackexchange`. */
  source: string;
  /** For addresses: `coffee.stackexchange.com`. */
  host?: string;
}

const unknownSite: StackExchangeSite = { source: 'stackexchange' };
const topLevelSites =
  /^(?:[a-z]{2}\.)?(?:meta\.)?(?:[a-z]{2}\.)?(?:stackoverflow|superuser|serverfault|askubuntu|stackapps)$/;

/**
 * The site a dump belongs to: the name that was given, or what the file's name or its folder's
 * name says (`coffee.stackexchange.Posts.xml`, `coffee.stackexchange.com/Posts.xml`,
 * `coffee.stackexchange.com.7z`, `stackoverflow.com-Posts.7z`).
 */
export function stackExchangeSite(path: string, given?: string): StackExchangeSite {
  if (given !== undefined && given.trim() !== '') {
    const name = given.trim();
    return knownSite(name) ?? { source: name.toWellFormed() };
  }
  const stem = sourceFromFileName(path).replace(/[._-]?posts$/i, '');
  const folder = stem === '' ? basename(dirname(path)) : '';
  return knownSite(stem || folder) ?? (stem === '' ? unknownSite : { source: stem });
}

function knownSite(name: string): StackExchangeSite | undefined {
  const host = name.toLowerCase();
  const math = /^(?:meta\.)?mathoverflow(?=$|\.net$)/.exec(host)?.[0];
  if (math !== undefined) return { source: math, host: `${math}.net` };
  const source = host.replace(/\.com$/, '');
  const isKnown = topLevelSites.test(source) || /^(?:[a-z\d-]+\.){0,3}stackexchange$/.test(source);
  return isKnown && source !== 'stackexchange' ? { source, host: `${source}.com` } : undefined;
}
