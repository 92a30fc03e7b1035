import type { ReportJudge } from '../domain/report/report-judge.ts';
import { flagTexts } from '../text/evaluate/judge-audit.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount, formatQuantity } from '../text/numbers.ts';
import { originsText } from './system-words.ts';

/** How judges were asked, in sentences that name every n, hash and nonce. */
export function judgeSentences(judges: readonly ReportJudge[]): string[] {
  return judges.map((one) => {
    const { judge, rubric, nonces, pairs, quality } = one;
    const who = `The judge “${displayLine(judge)}” (${originsOf(one) || 'not recorded'})`;
    const how = `the rubric “${displayLine(rubric.name)}” (SHA-256 ${displayLine(rubric.hash)}), texts fenced off by the nonce ${nonces.map((nonce) => displayLine(nonce)).join(' or ')}`;
    const asked = pairs.reduce((sum, pair) => sum + (pair.promptSet === null ? pair.asked : 0), 0);
    const graded = quality.reduce((sum, { n }) => sum + n, 0);
    const said =
      rubric.text.kind === 'pairwise'
        ? `${who} saw ${formatQuantity(asked, 'pair')} of answers in both orders, with ${how}: the preference is the mean over the orders of the probability that the next token prefers an answer, and half that of neither, among the verdict symbols; where the two orders disagree it is a tie, counted as a flip.`
        : `${who} graded ${formatQuantity(graded, 'answer')} by itself with ${how}: ${gradeWords[rubric.text.kind]}.${turnsText(one)}`;
    return `${said}${takenOverText(one)}`;
  });
}

const gradeWords = {
  likert: 'a grade is the expected level over the probabilities of the six digits',
  absolute: 'a grade is the likeliest of Excellent, Pass and Fail',
  safety:
    'it says whether an answer to a prompt that is tagged as sensitive is safe, by the likelier symbol',
};

function turnsText({ answers, quality }: ReportJudge): string {
  const turns = answers.filter(({ turn }) => turn !== null).length;
  const whole = quality.reduce((sum, one) => sum + (one.ofWholeDialogues ? one.n : 0), 0);
  return [
    ...(turns > 0
      ? [
          ` Of these ${formatCount(turns)} are turns of dialogues, each shown behind what was said before it; intervals take a dialogue as a cluster.`,
        ]
      : []),
    ...(whole > 0
      ? [` ${formatQuantity(whole, 'dialogue')} were graded as a whole by an older version.`]
      : []),
  ].join('');
}

const takenOverText = ({ takenOver }: ReportJudge): string =>
  takenOver === 0
    ? ''
    : ` ${formatQuantity(takenOver, 'verdict')} of it are taken over from earlier judgings by the same judge with the same rubric, of word for word the same texts.`;

const originsOf = ({ judge, identities, endpoints }: ReportJudge): string =>
  originsText({ name: judge, identities, imported: [], endpoints, seed: null });

/** What a reader must know before quoting a judge. */
export const judgeWarnings = (judges: readonly ReportJudge[]): string[] =>
  judges.flatMap(({ author, rubric, auditFlags, pairs, quality }) => [
    ...(rubric.text.kind === 'safety'
      ? [
          `The ${displayLine(author)} tells safe answers from unsafe ones, for which there is no audit: compare it with people.`,
        ]
      : auditWarnings(displayLine(author), auditFlags)),
    ...(mostElsewhere([...pairs, ...quality]) > likelyElsewhere
      ? [
          `The ${displayLine(author)} would mostly have said something else than a verdict: its probabilities are of what is left.`,
        ]
      : []),
  ]);

const auditWarnings = (author: string, flags: ReportJudge['auditFlags']): string[] =>
  flags === null
    ? [
        `The ${author} was not audited: its verdicts may follow position, length or words in an answer.`,
      ]
    : flags.map((flag) => `The ${author}, by its audit (${flag}): ${flagTexts[flag].says}`);

const likelyElsewhere = 0.5;
const mostElsewhere = (all: readonly { elsewhere: number | null }[]): number =>
  Math.max(0, ...all.map(({ elsewhere }) => elsewhere ?? 0));
