import { resolve } from 'node:path';
import type { ScanReport } from '../../../../shared/contract/scans.ts';
import { scanProblems, scanSummary, siteGroupNames } from '../../../../shared/text/scanning.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { CommandError } from '../../cli/command-error.ts';
import { defineCommand } from '../../cli/command.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const shownErrors = 5;

/** `lima scan`: reads dumps into an index of candidates; without dumps, lists what was scanned. */
export const scanCommand = defineCommand({
  name: 'scan',
  usage: 'scan P.lima [PATH…] [--fresh]',
  summary: 'Scan dumps of Stack Exchange for candidates to pick, or list what was scanned.',
  details: () => [
    'A PATH is a Posts.xml, plain, .gz or .zst, a .7z of the archive, or a folder with dumps.',
    'Nothing is imported: "select" picks of the candidates. What has not changed is not read again.',
    'Scans lie with your own settings on this machine, not in the project.',
  ],
  positionals: { min: 1, max: 10_000 },
  options: { fresh: { type: 'boolean', description: 'scan also what has not changed' } },
  edits: false,
  async run(call) {
    const { options, terminal, signal } = call;
    const paths = call.positionals.slice(1);
    const edits = paths.length > 0;
    await using project = await openCoreWithProject({ ...call, edits });
    const { client } = project;
    if (!edits) {
      const sites = await sitesOf(client);
      const text = sites.length === 0 ? 'Nothing was scanned yet.' : tableOf(sites);
      terminal.result({ sites }, text);
      return;
    }
    const { jobId } = await client.scans.start({
      dumps: paths.map((path) => ({ path: resolve(path) })),
      isFresh: options.fresh ?? false,
    });
    const report = await waitForJob(client, { jobId, kind: 'scan' }, { terminal, signal });
    const sites = await sitesOf(client);
    const result = { ...report, sites };
    const [first] = report.refused;
    if (!first || terminal.mode === 'human')
      terminal.result(
        result,
        [scanSummary(report), tableOf(sites), ...problemsOf(report)].join('\n'),
      );
    if (first)
      throw new CommandError(
        'FILE_UNREADABLE',
        report.refused.map(({ path, message }) => `${path}: ${message}`).join('\n'),
        result,
      );
  },
});

type Sites = Awaited<ReturnType<CoreClient['scans']['list']>>;

const sitesOf = (client: CoreClient): Promise<Sites> => client.scans.list();

function tableOf(sites: Sites): string {
  return formatTable(
    ['site', 'group', 'candidates', 'unanswered', 'rows', 'dump'],
    sites.map(({ site, group, counts, path }) => [
      site,
      siteGroupNames[group],
      formatCount(counts.candidates),
      formatCount(counts.unansweredQuestions),
      formatCount(counts.rows),
      path,
    ]),
  );
}

const problemsOf = ({ scanned }: ScanReport): string[] =>
  scanned.flatMap((dump) => {
    const problems = scanProblems(dump).slice(0, shownErrors);
    return problems.length === 0 ? [] : [`${dump.path}:`, ...problems.map((line) => `  ${line}`)];
  });
