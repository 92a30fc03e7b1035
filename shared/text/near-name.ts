/** A name that is at most this share of another one's letters away may have been meant. */
const mostDistance = 0.34;
/** Longer ones are compared by their beginning: nobody types a text of a page by hand. */
const mostCharacters = 100;

/**
 * Of `names` the one that was most likely meant by a word that is none of them: the same but for
 * case, or a few letters away; `undefined` where none is near.
 */
export function nearName(word: string, names: readonly string[]): string | undefined {
  const wanted = plain(word);
  if (wanted === '') return undefined;
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const other = plain(name);
    const distance = editDistance(wanted, other);
    const most = Math.max(1, Math.floor(mostDistance * Math.max(wanted.length, other.length)));
    const isPossible = distance <= most && distance < Math.min(wanted.length, other.length);
    if (!isPossible || distance >= least) continue;
    nearest = name;
    least = distance;
  }
  return nearest;
}

/** The question behind a refusal, with a space in front; empty where no name is near. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = nearName(word, names);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

const plain = (text: string) => text.slice(0, mostCharacters).toLowerCase();

/** Letters to insert, leave out, replace, or swap with their neighbour (Damerau and Levenshtein). */
function editDistance(first: string, second: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: second.length + 1 }, (_, column) => column);
  for (let row = 1; row <= first.length; row++) {
    const current = [row];
    for (let column = 1; column <= second.length; column++) {
      const isSame = first[row - 1] === second[column - 1];
      const isSwapped =
        row > 1 &&
        column > 1 &&
        first[row - 1] === second[column - 2] &&
        first[row - 2] === second[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = previous;
    previous = current;
  }
  return previous[second.length] ?? 0;
}
