import {
  answersOfStudy,
  countAnswersOfStudy,
  itemsOfStudy,
  type StoredStudy,
  votesOfStudySince,
} from '../../../store/repositories/studies.ts';
import { SessionScoped, type ProjectSession } from '../../project/project-session.ts';
import { StudyQueues } from './study-queue.ts';

interface KeptQueues {
  queues: StudyQueues;
  /** What the answers were when they were read. */
  answers: string;
  /** The vote that was taken in last, by its place in the order of the project. */
  votesUntil: number;
}

/** More studies than a person votes on at a time: the ones asked for longest ago are forgotten. */
const mostKept = 4;
const kept = new SessionScoped<Map<string, KeptQueues>>(() => new Map());

/**
 * The queues of a study as it stands now. Its comparisons never change, so that only votes and
 * answers are read that came since somebody asked last; a merge opens the file anew.
 */
export function studyQueues(session: ProjectSession, study: StoredStudy): StudyQueues {
  const { db } = session.file;
  const studies = kept.of(session);
  const known = studies.get(study.id) ?? {
    queues: new StudyQueues(study, itemsOfStudy(db, study.id)),
    answers: '',
    votesUntil: -1,
  };
  studies.delete(study.id);
  studies.set(study.id, known);
  const [oldest] = studies.keys();
  if (studies.size > mostKept && oldest !== undefined) studies.delete(oldest);
  // An import may put an answer in the place of one that failed: their number stays.
  const answers = `${countAnswersOfStudy(db, study.id)}:${session.changes.revisionOf(['prompts'])}`;
  if (answers !== known.answers) known.queues.setAnswers(answersOfStudy(db, study.id));
  known.answers = answers;
  const votes = votesOfStudySince(db, study.id, known.votesUntil);
  known.queues.addVotes(votes);
  known.votesUntil = votes.at(-1)?.sequence ?? known.votesUntil;
  return known.queues;
}
