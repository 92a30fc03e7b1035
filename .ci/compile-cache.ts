import { resolve } from 'node:path';

/**
 * Lets all processes that tests start share what Node has compiled, in a folder that "npm ci" empties:
 * most of them have a user folder of their own, and so nothing compiled.
 */
export function shareCompileCache(): void {
  process.env['NODE_COMPILE_CACHE'] ??= resolve(
    import.meta.dirname,
    '../node_modules/.cache/lima/compile-cache',
  );
}
