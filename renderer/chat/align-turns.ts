/** A row of the log: which turn of each pane stands in it, if any. */
export type AlignedRow = readonly (number | null)[];

/** A row on its way, and the prompt that the turns of further panes are matched with. */
interface Row {
  prompt: string;
  turns: AlignedRow;
}

/**
 * Puts the turns of all panes into rows, so that the same prompt stands in one row: as many of them
 * as the order of all allows, one pane after the other. What lies between shares rows as it comes.
 */
export function alignTurns(panes: readonly (readonly string[])[]): AlignedRow[] {
  const none: readonly Row[] = [];
  return panes
    .reduce((rows, prompts, pane) => withPane(rows, prompts, pane), none)
    .map(({ turns }) => turns);
}

function withPane(before: readonly Row[], prompts: readonly string[], pane: number): Row[] {
  const rows: Row[] = [];
  let [nextRow, nextTurn] = [0, 0];
  const put = (row: Row | undefined, turn: number | null) => {
    const empty = { prompt: prompts[turn ?? -1] ?? '', turns: Array<null>(pane).fill(null) };
    const { prompt, turns } = row ?? empty;
    rows.push({ prompt, turns: [...turns, turn] });
  };
  const known = before.map(({ prompt }) => prompt);
  for (const [rowAt, turnAt] of [
    ...commonPrompts(known, prompts),
    [before.length, prompts.length] as const,
  ]) {
    while (nextRow < rowAt || nextTurn < turnAt)
      put(nextRow < rowAt ? before[nextRow++] : undefined, nextTurn < turnAt ? nextTurn++ : null);
    if (rowAt < before.length && turnAt < prompts.length) put(before[nextRow++], nextTurn++);
  }
  return rows;
}

/** The longest common subsequence, as places in both lists. */
function commonPrompts(left: readonly string[], right: readonly string[]): [number, number][] {
  const width = right.length + 1;
  const longest = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1)
      longest[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const pairs: [number, number][] = [];
  let [row, column] = [0, 0];
  while (row < left.length && column < right.length)
    if (left[row] === right[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  return pairs;
}
