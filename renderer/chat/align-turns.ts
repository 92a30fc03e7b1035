/** A row of the log: which turn of each pane stands in it, if any. */
export interface AlignedRow {
  left: number | null;
  right: number | null;
}

/**
 * Puts the turns of both panes into rows, so that the same prompt stands in one row: as many of them
 * as the order of both allows. What lies between shares rows as it comes.
 */
export function alignTurns(left: readonly string[], right: readonly string[]): AlignedRow[] {
  const rows: AlignedRow[] = [];
  let [nextLeft, nextRight] = [0, 0];
  for (const [leftAt, rightAt] of [
    ...commonPrompts(left, right),
    [left.length, right.length] as const,
  ]) {
    while (nextLeft < leftAt || nextRight < rightAt)
      rows.push({
        left: nextLeft < leftAt ? nextLeft++ : null,
        right: nextRight < rightAt ? nextRight++ : null,
      });
    if (leftAt < left.length && rightAt < right.length)
      rows.push({ left: nextLeft++, right: nextRight++ });
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
