import { needsWords } from '../../../../shared/domain/selection/select-candidates.ts';
import type { SelectionRecipe } from '../../../../shared/domain/selection/selection-recipe.ts';
import { ImportError, RecordProblem } from '../import/sample/import-error.ts';
import { StackExchangeRow } from '../import/stack-exchange/posts-row.ts';
import { changeMarks, readCandidates, type PlacedCandidate } from './candidate-file.ts';
import { DumpRows } from './dump-rows.ts';
import { wordMarks } from './scan-dump.ts';

/** A scan and the dump that it is of. */
export interface ScannedFile {
  /** The file of candidates. */
  path: string;
  dumpPath: string;
}

/**
 * Looks for the words of the rules in the answers that every other rule of a recipe keeps, and notes
 * in the scan what it found, so that each is looked at once. Only plain dumps leave something to be
 * looked at. Throws when a dump is not what was scanned.
 */
export function measureWords({ path, dumpPath }: ScannedFile, recipe: SelectionRecipe): void {
  if (!hasUnmeasured(path, recipe)) return;
  using rows = new DumpRows(dumpPath);
  changeMarks(path, (candidate) =>
    needsWords(candidate, recipe)
      ? candidate.marks | wordMarks(answerRow(rows, dumpPath, candidate))
      : undefined,
  );
}

function hasUnmeasured(path: string, recipe: SelectionRecipe): boolean {
  for (const candidate of readCandidates(path)) if (needsWords(candidate, recipe)) return true;
  return false;
}

function answerRow(
  rows: DumpRows,
  dumpPath: string,
  { answerByte, answerId }: PlacedCandidate,
): StackExchangeRow {
  try {
    const piece = rows.at(answerByte);
    const row = piece && StackExchangeRow.ofPiece(piece);
    if (row?.integer('Id') === answerId) return row;
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
  }
  const why = 'has changed since it was scanned: scan it again.';
  throw new ImportError('FILE_UNREADABLE', `${dumpPath} ${why}`);
}
