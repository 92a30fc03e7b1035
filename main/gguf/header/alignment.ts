import { invalidGguf } from './gguf-error.ts';
import type { GgufValue } from './gguf-value.ts';

const defaultAlignment = 32;
const maxAlignment = 2 ** 20;

/** The alignment in bytes from the value of `general.alignment`; 32 when the file has none. */
export function checkedAlignment(entry: GgufValue | undefined): number {
  if (!entry) return defaultAlignment;
  if (entry.type !== 'u32')
    throw invalidGguf(`general.alignment has the type ${entry.type} instead of u32`);
  const { value } = entry;
  if (value < 8 || value > maxAlignment || (value & (value - 1)) !== 0)
    throw invalidGguf(
      `general.alignment is ${value}, allowed are powers of two from 8 to ${maxAlignment}`,
    );
  return value;
}

/** The smallest multiple of `alignment` that is not below `position`. */
export const padTo = (position: number, alignment: number): number =>
  Math.ceil(position / alignment) * alignment;
