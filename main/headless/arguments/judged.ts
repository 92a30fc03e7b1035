import type { CoreClient } from '../cli/open-core.ts';
import { findNamed } from './find-named.ts';

/** An evaluation or a study, as commands that take either name it. */
export interface Judged {
  kind: 'evaluation' | 'study';
  id: string;
  name: string;
}

/** The evaluation or the study with this name or id: no two of them are made under one name. */
export async function findJudged(client: CoreClient, nameOrId: string): Promise<Judged> {
  const all: Judged[] = [
    ...(await client.studies.list()).map(({ id, name }) => ({ kind: 'study' as const, id, name })),
    ...(await client.evaluations.list()).map(({ id, name }) => ({
      kind: 'evaluation' as const,
      id,
      name,
    })),
  ];
  return findNamed(all, nameOrId, 'evaluation or study');
}
