import { basename, resolve } from 'node:path';
import {
  answerRemarks,
  answersText,
  missingText,
  originsText,
} from '../../../../shared/text/evaluate/answers.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { existingFile } from '../../arguments/project-models.ts';
import { resolvePromptSet } from '../../arguments/prompt-set.ts';
import { defineCommand, positional, requiredOption } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';

/** Of a long list; `--json` has the first thousand of each. */
const mostTold = 20;

/** `lima answers`: lists imported answers. */
export const answersCommand = defineCommand({
  name: 'answers',
  usage: 'answers P.lima',
  summary: 'List the imported answers of systems that cannot run here.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const found = await project.client.answers.list();
    const cells = found.map((each) => [
      `answers:${each.name}`,
      String(each.answers),
      String(each.sets.length),
      originsText(each),
    ]);
    call.terminal.result(
      { answers: found },
      cells.length === 0
        ? 'No answers were imported yet: lima answers import.'
        : formatTable(['system', 'answers', 'prompt sets', 'from'], cells),
    );
  },
});

/** `lima answers import`: adds the answers of a file to those of a name. */
export const answersImportCommand = defineCommand({
  name: 'answers import',
  usage: 'answers import P.lima SET FILE --system NAME',
  summary: 'Import answers to a prompt set of a system that cannot run here.',
  positionals: { min: 3, max: 3 },
  options: {
    system: {
      type: 'string',
      value: 'NAME',
      description: 'what the system is called: answers:NAME from then on',
    },
  },
  edits: true,
  details: () => [
    '',
    'FILE is JSON Lines or a JSON list: prompt and output (or instruction, question; completion,',
    'response, answer), AlpacaEval model outputs, what "lima generate" writes, or conversations that',
    'end with the answer. A row is matched by the id of a prompt, by "ordinal" (from 0), else by its',
    'words. Answers that are there already stay; the same file again changes nothing.',
  ],
  async run(call) {
    const name = requiredOption(call.options.system, 'system').trim();
    const path = await existingFile(positional(call, 2));
    await using project = await openCoreWithProject(call);
    const { terminal, signal } = call;
    const set = await resolvePromptSet(project.client, positional(call, 1), terminal);
    const input = { path, promptSetId: set.id, name };
    const imported = await project.client.answers.import(input, { signal });
    const remarks = answerRemarks(imported);
    const file = basename(resolve(path));
    for (const { where, what } of remarks.slice(0, mostTold))
      terminal.note(`${file}, ${where}: ${what}`);
    if (remarks.length > mostTold)
      terminal.note(
        `${formatQuantity(remarks.length - mostTold, 'more remark')}: --json lists them.`,
      );
    const lines = [answersText(imported), missingText(imported)].filter((line) => line !== '');
    terminal.result(imported, lines.join('\n'));
  },
});
