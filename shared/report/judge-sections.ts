import type { ReportJudge } from '../domain/judge/report-judge.ts';
import { displayLine } from '../text/foreign-text.ts';
import { elsewhereText, flipText } from '../text/evaluate/judging.ts';
import { qualityText, winRateText } from '../text/evaluate/vote-statistics.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';
import type { ReportTable } from './report-figures.ts';
import type { TitledTable } from './vote-tables.ts';

/** What judges said, as tables; none where nobody was asked. */
export function judgeTables(judges: readonly ReportJudge[]): TitledTable[] {
  const tables = [
    { title: 'Judges', table: judgeTable(judges) },
    { title: 'What judges prefer', table: pairTable(judges) },
    { title: 'Grades by judges', table: qualityTable(judges) },
    { title: 'What judges could not be asked', table: failureTable(judges) },
  ];
  return tables.filter(({ table }) => table.rows.length > 0);
}

function judgeTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: ['Judge', 'Rubric', 'Rubric SHA-256', 'Nonce', 'Base SHA-256', 'Audit'],
    rows: judges.map(({ judge, rubric, nonces, identities, isAudited }) => [
      displayLine(judge),
      `${displayLine(rubric.name)} (${rubric.text.kind})`,
      displayLine(rubric.hash),
      nonces.map((nonce) => displayLine(nonce)).join(', '),
      identities.map(({ baseSha256 }) => displayLine(baseSha256)).join(', ') || '–',
      isAudited ? 'audited' : 'not audited',
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

function qualityTable(judges: readonly ReportJudge[]): ReportTable {
  return {
    columns: ['Judge', 'System', 'Grades', 'Elsewhere'],
    rows: judges.flatMap(({ author, quality }) =>
      quality.map((one) => [
        displayLine(author),
        displayLine(one.system),
        qualityText(one) +
          (one.levels === null ? '' : `; likeliest levels 1 to 6: ${one.levels.join(', ')}`),
        elsewhereText(one.elsewhere),
      ]),
    ),
  };
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

/** How judges were asked, in sentences that name every n, hash and nonce. */
export function judgeSentences(judges: readonly ReportJudge[]): string[] {
  return judges.map((one) => {
    const { judge, rubric, nonces, identities, pairs, quality } = one;
    const weights = identities.map(
      ({ baseSha256, adapterSha256, templateSha256, engine }) =>
        `base SHA-256 ${displayLine(baseSha256)}` +
        (adapterSha256 === null ? '' : `, adapter SHA-256 ${displayLine(adapterSha256)}`) +
        `, chat template SHA-256 ${displayLine(templateSha256)}, ${displayLine(engine)}`,
    );
    const who = `The judge “${displayLine(judge)}” (${weights.join('; ') || 'not recorded'})`;
    const how = `the rubric “${displayLine(rubric.name)}” (SHA-256 ${displayLine(rubric.hash)}), texts fenced off by the nonce ${nonces.map((nonce) => displayLine(nonce)).join(' or ')}`;
    const asked = pairs.reduce((sum, pair) => sum + (pair.promptSet === null ? pair.asked : 0), 0);
    const graded = quality.reduce((sum, { n }) => sum + n, 0);
    return rubric.text.kind === 'pairwise'
      ? `${who} saw ${formatQuantity(asked, 'pair')} of answers in both orders, with ${how}: the preference is the mean over the orders of the probability that the next token prefers an answer, and half that of neither, among the verdict symbols; where the two orders disagree it is a tie, counted as a flip.`
      : `${who} graded ${formatQuantity(graded, 'answer')} by itself with ${how}: ${rubric.text.kind === 'likert' ? 'a grade is the expected level over the probabilities of the six digits' : 'a grade is the likeliest of Excellent, Pass and Fail'}.`;
  });
}

/** What a reader must know before quoting a judge. */
export const judgeWarnings = (judges: readonly ReportJudge[]): string[] =>
  judges.flatMap(({ author, isAudited, pairs, quality }) => [
    ...(isAudited
      ? []
      : [
          `The ${displayLine(author)} was not audited: its verdicts may follow position, length or words in an answer.`,
        ]),
    ...(mostElsewhere([...pairs, ...quality]) > likelyElsewhere
      ? [
          `The ${displayLine(author)} would mostly have said something else than a verdict: its probabilities are of what is left.`,
        ]
      : []),
  ]);

const likelyElsewhere = 0.5;
const mostElsewhere = (all: readonly { elsewhere: number | null }[]): number =>
  Math.max(0, ...all.map(({ elsewhere }) => elsewhere ?? 0));
