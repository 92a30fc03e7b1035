import type { MergeReport, PacketResult } from '../contract/merge.ts';
import { notTold, type PacketInfo } from '../domain/project/packet.ts';
import { formatBytes, formatCount, formatQuantity } from './numbers.ts';
import { previewLine } from './foreign-text.ts';

const things: Record<string, [one: string, many: string]> = {
  samples: ['sample', 'samples'],
  versions: ['version', 'versions'],
  reviews: ['review', 'reviews'],
  votes: ['vote', 'votes'],
  grades: ['grade', 'grades'],
  datasets: ['dataset', 'datasets'],
  runs: ['run', 'runs'],
  models: ['model', 'models'],
  promptSets: ['prompt set', 'prompt sets'],
  promptTags: ['tag of a prompt', 'tags of prompts'],
  studies: ['study', 'studies'],
  evaluations: ['evaluation', 'evaluations'],
  answers: ['answer', 'answers'],
  verdicts: ['verdict of a judge', 'verdicts of judges'],
  chats: ['chat answer', 'chat answers'],
  runEvents: ['event of a run', 'events of runs'],
  labels: ['name, note, tag or deletion', 'names, notes, tags and deletions'],
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
    report.deleted.length > 0 && {
      title: 'Deleted in the other file, so deleted here',
      details: report.deleted.map(({ what, name }) => `${what} ${short(name)}`),
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

const work = {
  samples: { ask: 'Review or edit the samples', one: 'sample', done: 'reviewed' },
  evaluation: { ask: 'Vote on the pairs', one: 'pair', done: 'voted on' },
} as const;

/** For whom a review packet is, how much of it is left, and what becomes of it. */
export function packetText({ kind, annotator, judged, total }: PacketInfo): string {
  const { ask, one, done } = work[kind];
  const left = total - judged;
  const state =
    left > 0
      ? `${ask}: ${formatCount(left)} of ${formatQuantity(total, one)} ${left === 1 ? 'is' : 'are'} left.`
      : `${total === 1 ? `The ${one} is` : `All ${formatQuantity(total, one)} are`} ${done}: close the packet and send the file back.`;
  const end = left > 0 ? 'Then close it and send the file back: whoever' : 'Whoever';
  return `This is a review packet for ${previewLine(annotator, 100)}. ${state} ${end} made it merges it into their project.`;
}

/** What a packet that was written holds: `2 samples for ann`. */
export const packetContentsText = ({ kind, items, annotator }: PacketResult): string =>
  `${formatQuantity(items, work[kind].one)} for ${previewLine(annotator, 100)}`;

/** What is lost by closing a packet that is not finished: nothing, and it may go back like that. */
export function unfinishedPacketText({ kind, judged, total }: PacketInfo): string {
  const { one, done } = work[kind];
  return (
    `${formatQuantity(total - judged, one)} of ${formatCount(total)} ${total - judged === 1 ? 'is' : 'are'} not ${done} yet. ` +
    'What you did is kept: open the file again to go on, or send it back as it is.'
  );
}

/** Why a review packet refuses a change. */
export const packetRefusalText = (packet: Pick<PacketInfo, 'kind' | 'annotator'>): string =>
  `The open project is a review packet for ${previewLine(packet.annotator, 100)}, where nothing but ` +
  `${packet.kind === 'samples' ? 'reviewing and editing its samples' : 'voting on its pairs'} is ` +
  'possible: open the project that it was made from for anything else.';

/** An author's name; a packet does not tell who wrote what it holds. */
export const authorText = (author: string): string => (author === notTold ? '(not told)' : author);

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
    lines.push(`Weights: ${formatQuantity(files.came, 'file')}, ${formatBytes(files.bytes)}.`);
  for (const { title, details } of mergeRemarks(report))
    lines.push(`${title}${details.length > 0 ? ':' : '.'}`, ...details.map((line) => `  ${line}`));
  lines.push(`Content ${report.content.slice(0, 16)}: the same in every copy that holds the same.`);
  if (report.backup !== null)
    lines.push(
      `Undo goes back to ${report.backup}, and sets aside what is done from now on (lima merge P.lima --undo).`,
    );
  return lines.join('\n');
}
