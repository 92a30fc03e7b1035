import type { JudgedQuality } from '../domain/judge/judging-results.ts';
import type { ReportJudge } from '../domain/report/report-judge.ts';
import { displayLine } from '../text/foreign-text.ts';
import { auditStanding } from '../text/evaluate/judge-audit.ts';
import {
  elsewhereText,
  flipText,
  judgedQualityText,
  judgedSystem,
} from '../text/evaluate/judging.ts';
import { winRateText } from '../text/evaluate/vote-statistics.ts';
import { formatCount, formatPercent, formatQuantity } from '../text/numbers.ts';
import type { ReportTable } from './report-figures.ts';
import type { TitledTable } from './vote-tables.ts';

/** Who judged and what judges prefer, as tables; none where nobody was asked. */
export function judgeTables(judges: readonly ReportJudge[]): TitledTable[] {
  const tables = [
    { title: 'How judges were asked', table: judgeTable(judges) },
    { title: 'What judges prefer', table: pairTable(judges) },
    { title: 'What judges could not be asked', table: failureTable(judges) },
  ];
  return tables.filter(({ table }) => table.rows.length > 0);
}

function judgeTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: [
      'Judge',
      'Rubric',
      'Rubric SHA-256',
      'Nonce',
      'Weights or endpoint',
      'Taken over',
      'Audit',
    ],
    rows: judges.map(({ judge, rubric, nonces, identities, endpoints, takenOver, auditFlags }) => [
      displayLine(judge),
      `${displayLine(rubric.name)} (${rubric.text.kind})`,
      displayLine(rubric.hash),
      nonces.map((nonce) => displayLine(nonce)).join(', '),
      [
        ...identities.map(({ baseSha256 }) => `base SHA-256 ${displayLine(baseSha256)}`),
        ...endpoints.map(({ endpoint }) => displayLine(endpoint)),
      ].join(', ') || '–',
      takenOver === 0 ? '–' : formatQuantity(takenOver, 'verdict'),
      auditStanding(auditFlags),
    ]),
  };
}

function pairTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: ['Judge', 'Systems', 'Won, tied, lost', 'Mean preference', 'Flips', 'Elsewhere'],
    rows: judges.flatMap(({ author, pairs }) =>
      pairs.map((pair) => [
        displayLine(author),
        `${displayLine(pair.a)} against ${displayLine(pair.b)}${pair.promptSet === null ? '' : `, ${displayLine(pair.promptSet)}`}`,
        `${formatCount(pair.wins)}, ${formatCount(pair.ties)}, ${formatCount(pair.losses)} of ${formatCount(pair.n)}`,
        winRateText(pair),
        flipText(pair),
        elsewhereText(pair.elsewhere),
      ]),
    ),
  };
}

/** What judges said of answers and turns by themselves: in words, from 1 to 6, or whether they are safe. */
export function judgeGradeTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: ['Judge', 'System', 'Grades', 'Elsewhere'],
    rows: judges.flatMap(({ author, quality }) =>
      quality.map((one) => [
        displayLine(author),
        displayLine(judgedSystem(one)),
        judgedQualityText(one) + levelsText(one),
        elsewhereText(one.elsewhere),
      ]),
    ),
  };
}

function levelsText({ levels, levelShares }: JudgedQuality): string {
  const shares = levelShares?.map((share) => formatPercent(share)).join(', ');
  return [
    ...(shares === undefined ? [] : [`; levels 1 to 6: ${shares}`]),
    ...(levels === null ? [] : [`; likeliest levels 1 to 6: ${levels.join(', ')}`]),
  ].join('');
}

function failureTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: ['Judge', 'Items', 'Reason'],
    rows: judges.flatMap(({ author, failures }) =>
      failures.map(({ reason, items }) => [
        displayLine(author),
        formatCount(items),
        displayLine(reason),
      ]),
    ),
  };
}
