import type { MergeReport } from '../contract/merge.ts';
import { formatBytes, formatCount } from './numbers.ts';
import { previewLine } from './foreign-text.ts';

const things: Record<string, [one: string, many: string]> = {
  samples: ['sample', 'samples'],
  versions: ['version', 'versions'],
  reviews: ['review', 'reviews'],
  votes: ['vote', 'votes'],
  datasets: ['dataset', 'datasets'],
  runs: ['run', 'runs'],
  models: ['model', 'models'],
  promptSets: ['prompt set', 'prompt sets'],
  evaluations: ['evaluation', 'evaluations'],
  answers: ['answer', 'answers'],
  chats: ['chat answer', 'chat answers'],
  runEvents: ['event of a run', 'events of runs'],
  reveals: ['revealed evaluation', 'revealed evaluations'],
};

function countOf(thing: string, count: number): string {
  const [one, many] = things[thing] ?? [thing, thing];
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const listed = (counts: readonly (readonly [string, number])[]) =>
  counts.flatMap(([thing, count]) => (count > 0 ? [countOf(thing, count)] : [])).join(', ');

/** What was done after a merge: `3 reviews, 1 vote`. */
export const laterWorkText = (laterWork: Record<string, number>): string =>
  listed(Object.entries(laterWork));

/** What came with a merge, or would come: `12 samples, 3 reviews`; empty when nothing did. */
export const cameText = ({ counts }: MergeReport): string =>
  listed(Object.entries(counts).map(([thing, { came }]) => [thing, came] as const));

const verbs: Record<string, string> = { accept: 'accepted', reject: 'rejected', reset: 'put back' };
const verb = (action: string) => verbs[action] ?? action;
const short = (text: string) => previewLine(text, 60);

/** One thing that a person should look at after a merge: what it is, and the cases by name. */
export interface MergeRemark {
  title: string;
  details: string[];
}

/** Everything in a report that a person should know about, most important first. */
export function mergeRemarks(report: MergeReport): MergeRemark[] {
  const { edits, oppositeReviews, differingVotes, otherAnswers, files } = report;
  const remarks: (MergeRemark | false)[] = [
    edits.total > 0 && {
      title: `${countOf('samples', edits.total)} with edits beside each other: choose one of them in Curate`,
      details: edits.first.map(
        ({ prompt, authors }) => `${short(prompt)} (${authors.map(short).join(', ')})`,
      ),
    },
    oppositeReviews.total > 0 && {
      title: `${countOf('samples', oppositeReviews.total)} reviewed differently: the later review counts`,
      details: oppositeReviews.first.map(
        ({ prompt, ours, ourAuthor, theirs, theirAuthor }) =>
          `${short(prompt)}: here ${verb(ours)} by ${short(ourAuthor)}, there ${verb(theirs)} by ${short(theirAuthor)}`,
      ),
    },
    differingVotes > 0 && {
      title: `${countOf('votes', differingVotes)} of one person differ from another vote of theirs: the later one counts`,
      details: [],
    },
    otherAnswers.length > 0 && {
      title: 'Answers that both files generated differ: one of the two is kept',
      details: otherAnswers.map(
        ({ evaluation, answers, votes }) =>
          `${short(evaluation)}: ${countOf('answers', answers)}; ${countOf('votes', votes)} may have been given on the other one`,
      ),
    },
    report.splitRuns.length > 0 && {
      title: 'Runs that went on in both files are there twice',
      details: report.splitRuns.map(
        ({ name, splitName }) => `${short(name)} and ${short(splitName)}`,
      ),
    },
    files.missing.length > 0 && {
      title: 'Weights that could not be brought; their runs came without them',
      details: files.missing.map(({ file, why }) => `${short(file)}: ${previewLine(why, 200)}`),
    },
    report.renamed.length > 0 && {
      title: 'Renamed, because two things had one name',
      details: report.renamed.map(
        ({ what, name, newName }) => `${what} ${short(name)} is now ${short(newName)}`,
      ),
    },
    report.sameContent.length > 0 && {
      title: 'The same content under another name: both are kept',
      details: report.sameContent.map(
        ({ what, ours, theirs }) => `${what} ${short(theirs)} holds what ${short(ours)} holds`,
      ),
    },
    report.revealed.length > 0 && {
      title: 'Revealed in one of the files, so revealed now',
      details: report.revealed.map(short),
    },
    report.strayVotes > 0 && {
      title: `${countOf('votes', report.strayVotes)} on comparisons that this project does not have were left out`,
      details: [],
    },
  ];
  return remarks.filter((remark) => remark !== false);
}

/** What a review packet is for, and what becomes of it; `annotator` is shown as it was written. */
export function packetText({ kind, annotator }: NonNullable<MergeReport['packet']>): string {
  const work = kind === 'evaluation' ? 'Vote on the pairs' : 'Review or edit the samples';
  return `This is a review packet for ${previewLine(annotator, 100)}. ${work}, then send the file back: whoever made it merges it into their project.`;
}

/** The report of a merge for a terminal. */
export function describeMerge(report: MergeReport): string {
  const { packet, dryRun, files } = report;
  const what = packet
    ? `the packet of ${previewLine(packet.annotator, 60)}`
    : previewLine(report.path, 200);
  const came = cameText(report);
  const lines = report.changed
    ? [`${dryRun ? 'Merging would bring' : 'Merged'} ${what}${came === '' ? '.' : `: ${came}.`}`]
    : [`Nothing to merge: everything of ${what} is here.`];
  if (files.came > 0)
    lines.push(`Weights: ${formatCount(files.came)} files, ${formatBytes(files.bytes)}.`);
  for (const { title, details } of mergeRemarks(report))
    lines.push(`${title}${details.length > 0 ? ':' : '.'}`, ...details.map((line) => `  ${line}`));
  lines.push(`Content ${report.content.slice(0, 16)}: the same in every copy that holds the same.`);
  if (report.backup !== null)
    lines.push(
      `Undo goes back to ${report.backup}, and sets aside what is done from now on (lima merge P.lima --undo).`,
    );
  return lines.join('\n');
}
