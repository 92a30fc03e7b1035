import { formatExtents, type Tensor } from '../device/tensor.ts';

/**
 * Refuses operands before ggml sees them: there a wrong shape is an assertion that ends the
 * process. Throws an Error, since only a bug of the trainer can cause it.
 */
export function requireShapes(isValid: boolean, operation: string, ...operands: Tensor[]): void {
  if (isValid) return;
  const shapes = operands.map(
    ({ ne, type, isContiguous }) =>
      `${formatExtents(ne)} of type ${type}${isContiguous ? '' : ' (view)'}`,
  );
  throw new Error(`${operation} cannot take ${shapes.join(' and ')}`);
}
