import type { Rubric } from '../../../../shared/domain/judge/rubric.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { readRubricFile, resolveRubric } from '../../arguments/rubric.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';

/** `lima rubric`: the texts that judges are asked with. */
export const rubricCommand = defineCommand({
  name: 'rubric',
  usage: 'rubric P.lima',
  summary: 'List the rubrics that a judge can be asked with.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const rubrics = await project.client.rubrics.list();
    call.terminal.result({ rubrics }, rubrics.map(rubricLine).join('\n'));
  },
});

/** `lima rubric show`: one rubric as a file that `lima rubric save` reads. */
export const rubricShowCommand = defineCommand({
  name: 'rubric show',
  usage: 'rubric show P.lima NAME|HASH',
  summary: 'Print a rubric as JSON, to be changed and saved again.',
  positionals: { min: 2, max: 2 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const { text } = await resolveRubric(project.client, positional(call, 1));
    call.terminal.result(text, JSON.stringify(text, null, 2));
  },
});

/** `lima rubric save`: a text as the newest version of a name. */
export const rubricSaveCommand = defineCommand({
  name: 'rubric save',
  usage: 'rubric save P.lima NAME FILE',
  summary: 'Store the rubric in a JSON file as the newest version of a name.',
  positionals: { min: 3, max: 3 },
  options: {},
  edits: true,
  async run(call) {
    const text = await readRubricFile(positional(call, 2));
    await using project = await openCoreWithProject(call);
    const name = positional(call, 1);
    const rubric = await project.client.rubrics.save({ name, text });
    if (rubric.name !== name)
      call.terminal.note(
        `This text is there already, as version ${rubric.version} of “${rubric.name}”.`,
      );
    call.terminal.result(rubric, rubricLine(rubric));
  },
});

const rubricLine = ({ hash, name, version, text, judgings }: Rubric): string =>
  `${hash.slice(0, 12)}  ${name}, version ${version}: ${text.kind}, ${formatQuantity(judgings, 'judging')}`;
