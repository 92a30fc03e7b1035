import type { PruneRule } from '../../../../shared/domain/runs/pruning.ts';
import { formatBytes, formatQuantity } from '../../../../shared/text/numbers.ts';
import { describeDependents, describePruning } from '../../../../shared/text/pruning.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { defineCommand, oneOf, positional, wholeNumber } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';

const options = {
  'keep-last': {
    type: 'string',
    value: 'N',
    description: 'keep the adapters of the last N epochs',
  },
  'keep-best': {
    type: 'string',
    value: 'dev-loss|votes',
    description: 'keep the best ones; --count says how many (default 1)',
  },
  'keep-every': {
    type: 'string',
    value: 'N',
    description: 'keep one in N epochs, and the last one',
  },
  count: { type: 'string', value: 'N', description: 'with --keep-best: how many' },
  yes: { type: 'boolean', description: 'remove them; without it, only what would go is said' },
  'with-dependents': {
    type: 'boolean',
    description: 'also those that evaluations or chats depend on',
  },
} as const;

/** `lima runs prune`: removes adapters of a run by a rule, after saying what goes and is freed. */
export const runsPruneCommand = defineCommand({
  name: 'runs prune',
  usage:
    'runs prune P.lima RUN (--keep-last N | --keep-best dev-loss|votes [--count N] | ' +
    '--keep-every N) [--yes [--with-dependents]]',
  summary: 'Keep only some adapters of a run: says what goes, removes it with --yes.',
  positionals: { min: 2, max: 2 },
  options,
  edits: true,
  async run(call) {
    const rule = ruleOf(call.options);
    const { yes = false, 'with-dependents': withDependents = false } = call.options;
    await using project = await openCoreWithProject({ ...call, edits: yes });
    const { runs } = project.client;
    const { id: runId } = findNamed(await runs.list(), positional(call, 1), 'run');
    const plan = await runs.planPruning({ runId, rule });
    const said = [describePruning(plan), ...describeDependents(plan)].join('\n');
    if (!yes) {
      const next = plan.removed.length > 0 ? '\nNothing was removed: add --yes to do it.' : '';
      call.terminal.result(plan, said + next);
      return;
    }
    if (plan.problem !== '') throw new CommandError('INVALID_STATE', plan.problem);
    call.terminal.note(said);
    const checkpointIds = plan.removed.map(({ checkpointId }) => checkpointId);
    const done = await runs.prune({ runId, rule, checkpointIds, withDependents });
    call.terminal.result(
      done,
      `Removed ${formatQuantity(done.removed, 'checkpoint')}: ${formatBytes(done.freedBytes)} freed.`,
    );
  },
});

interface RuleOptions {
  'keep-last'?: string;
  'keep-best'?: string;
  'keep-every'?: string;
  count?: string;
}

function ruleOf(words: RuleOptions): PruneRule {
  const { 'keep-last': last, 'keep-best': best, 'keep-every': every, count } = words;
  if ([last, best, every].filter((word) => word !== undefined).length !== 1)
    throw new UsageError('Say what is kept by one of --keep-last, --keep-best and --keep-every.');
  if (count !== undefined && best === undefined)
    throw new UsageError('--count goes with --keep-best.');
  if (best === undefined) {
    const [keep, word] =
      last === undefined ? (['every', every] as const) : (['last', last] as const);
    return { keep, count: wholeNumber(word, `keep-${keep}`, 1) ?? 1 };
  }
  const by = oneOf(best, ['dev-loss', 'votes'], '--keep-best');
  return { keep: `best-${by}`, count: wholeNumber(count, 'count', 1) ?? 1 };
}
