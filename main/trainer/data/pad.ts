/** Pads with zeros. */
export function padded(values: Int32Array, length: number): Int32Array {
  const result = new Int32Array(length);
  result.set(values);
  return result;
}

/** Pads with indices that do not occur: gradients of rows are overwritten, never added up. */
export function padRows(rows: Int32Array, length: number): Int32Array {
  const result = padded(rows, length);
  const used = new Set(rows);
  let next = 0;
  for (let index = rows.length; index < length; index++) {
    while (used.has(next)) next++;
    result[index] = next++;
  }
  return result;
}
