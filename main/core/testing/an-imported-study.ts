import type { StudyDesign } from '../../../shared/domain/study/study.ts';
import type { TestCore } from './a-core.ts';

interface ImportedStudy {
  name?: string;
  design?: StudyDesign;
  /** Each system by its name with what it answers; `null` where it has no answer. */
  systems: Record<string, readonly (string | null)[]>;
  overlapPercent?: number;
  bothBad?: boolean;
}

/** Imports what a system answers to the questions of a set. */
export async function importAnswersOf(
  core: TestCore,
  promptSetId: string,
  [name, outputs]: readonly [string, readonly (string | null)[]],
): Promise<string> {
  const rows = outputs.flatMap((output, at) =>
    output === null ? [] : [{ prompt: `Question ${at}?`, output }],
  );
  const path = core.writeLines(`${name}.jsonl`, rows);
  return (await core.client.answers.import({ path, promptSetId, name })).answersId;
}

/** A study of systems whose answers were imported, all there: no engine takes part. */
export async function importedStudy(
  core: TestCore,
  { name = 's', design = 'round-robin', systems, overlapPercent, bothBad }: ImportedStudy,
) {
  const count = Math.max(...Object.values(systems).map((outputs) => outputs.length));
  const questions = Array.from({ length: count }, (_, at) => ({ prompt: `Question ${at}?` }));
  const path = core.writeLines(`asked by ${name}.jsonl`, questions);
  const promptSetId = (await core.client.prompts.import({ path })).set.id;
  const answersIds: string[] = [];
  for (const system of Object.entries(systems))
    answersIds.push(await importAnswersOf(core, promptSetId, system));
  const { studyId, jobId } = await core.client.studies.create({
    name,
    design,
    systems: answersIds.map((answersId) => ({ answersId })),
    promptSetIds: [promptSetId],
    overlapPercent,
    bothBad,
  });
  await core.job(jobId);
  return { studyId, promptSetId, answersIds };
}
