import type { BlindComparison } from '../../../../shared/contract/evaluate.ts';
import type { ShownVerdict, VoteReason } from '../../../../shared/domain/evaluate/evaluation.ts';
import { separationText } from '../../../../shared/report/study/study-words.ts';
import { pairSeparationText } from '../../../../shared/text/evaluate/voting.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import type { Judged } from '../../arguments/judged.ts';
import type { CoreClient } from '../../cli/open-core.ts';

/** What is voted on: the pairs of an evaluation, or somebody's queue of a study. */
export interface Ballot {
  /** The pair at a place, or the next one; null where there is none to vote on. */
  pair: (ordinal?: number) => Promise<BlindComparison | null>;
  vote: (
    vote: Partial<VoteReason> & {
      comparisonId: string;
      verdict: ShownVerdict;
      durationMs?: number;
    },
  ) => Promise<unknown>;
  undo: () => Promise<BlindComparison | null>;
  /** How many places there are. */
  places: () => Promise<number>;
  /** Whether “both bad” is a choice. */
  hasBothBad: () => Promise<boolean>;
  /** How far it is, as a document and in words. */
  standing: () => Promise<{ document: object; text: string }>;
}

/** The ballot of an evaluation, or of this person's queue of a study. */
export const ballotOf = (client: CoreClient, judged: Judged, author?: string): Ballot =>
  judged.kind === 'study' ? ofStudy(client, judged.id, author) : ofEvaluation(client, judged.id);

function ofEvaluation({ evaluations }: CoreClient, id: string): Ballot {
  return {
    pair: async (ordinal) => await evaluations.comparison({ id, ordinal }),
    vote: async (vote) => await evaluations.vote(vote),
    undo: async () => await evaluations.undoVote({ id }),
    places: async () => (await evaluations.get({ id })).comparisons,
    hasBothBad: async () => (await evaluations.get({ id })).bothBad,
    standing: async () => {
      const document = await evaluations.get({ id });
      const votable = document.comparisons - document.failed;
      const separation = pairSeparationText(document);
      const text = `${document.voted} of ${votable} comparisons are voted on.`;
      return { document, text: separation === '' ? text : `${text} ${separation}` };
    },
  };
}

function ofStudy({ studies }: CoreClient, id: string, author?: string): Ballot {
  return {
    pair: async (ordinal) => await studies.comparison({ id, ordinal, author }),
    vote: async (vote) => await studies.vote({ ...vote, author }),
    undo: async () => await studies.undoVote({ id, author }),
    places: async () => (await studies.get({ id, author })).comparisons,
    hasBothBad: async () => (await studies.get({ id, author })).bothBad,
    standing: async () => {
      const document = await studies.get({ id, author });
      const { queue, unvoted } = document;
      return {
        document,
        text:
          `${queue.left} of the ${formatQuantity(queue.total, 'comparison')} in this queue left; ` +
          `${unvoted} have no vote of anybody. ${separationText(document)}`.trimEnd(),
      };
    },
  };
}
