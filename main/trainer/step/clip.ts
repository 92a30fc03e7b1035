/**
 * Factor that turns the summed gradients of a batch into the ones the optimizer sees: mean over
 * `weightSum`, scaled down to norm `maxGradNorm` (0: never). `sumNorm` is the L2 norm of the sum.
 */
export function gradientScale(
  sumNorm: number,
  weightSum: number,
  maxGradNorm: number,
): { scale: number; gradNorm: number } {
  const gradNorm = sumNorm / weightSum;
  const clip = maxGradNorm > 0 && gradNorm > maxGradNorm ? maxGradNorm / gradNorm : 1;
  return { scale: clip / weightSum, gradNorm };
}
