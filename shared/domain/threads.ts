/** Models smaller than this compute on one thread. */
export const singleThreadBytes = 16 * 2 ** 20;

/** True for a model so small that ggml's threads, which wait busily, cost more than they gain. */
export function wantsOneThread(modelBytes: number): boolean {
  return modelBytes < singleThreadBytes;
}
