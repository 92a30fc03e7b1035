import { canPauseJob, type OngoingWork } from '../../domain/job.ts';
import { previewLine } from '../foreign-text.ts';
import { formatQuantity, timeLeft } from '../numbers.ts';
import { describeJob, joinFacts } from '../progress.ts';

/** What goes on, a line each: its name, how far it is, and the time left where that is known. */
export function describeOngoing({ jobs, answers }: OngoingWork): string[] {
  return [
    ...jobs.map((job) => {
      const facts = [
        describeJob(job),
        job.state === 'running' ? timeLeft(job.progress?.etaMs) : '',
      ];
      return `“${previewLine(job.title, 80)}”: ${joinFacts(facts)}`;
    }),
    ...(answers > 0 ? [`${formatQuantity(answers, 'answer')} in Chat`] : []),
  ];
}

/** How much goes on: `2 jobs and 1 answer`. */
export function countOngoing({ jobs, answers }: OngoingWork): string {
  const counts = [
    jobs.length > 0 ? formatQuantity(jobs.length, 'job') : '',
    answers > 0 ? formatQuantity(answers, 'answer') : '',
  ];
  return counts.filter(Boolean).join(' and ');
}

/** What is left of it when it is stopped, and how it goes on. */
export function afterStopping({ jobs, answers }: OngoingWork): string {
  const pausable = jobs.some(canPauseJob);
  const others = jobs.some((job) => !canPauseJob(job));
  const sentences = [
    pausable
      ? 'A run saves where it is and goes on from there: press Resume under Jobs or on its page, or use “lima train --resume”.'
      : '',
    others
      ? 'Any other job keeps what it has stored; press Resume under Jobs to let it go on.'
      : '',
    answers > 0 ? 'Of an answer the part that came stays.' : '',
  ];
  return sentences.filter(Boolean).join(' ');
}
