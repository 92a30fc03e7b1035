import type { ProjectNetwork } from './project-network.ts';

/**
 * Asks about each item, at most so many at a time. After the first that fails none is begun, and it is
 * thrown once those under way have ended: what they bring has been asked for, and is not asked twice.
 * An abort, and turning network off, ends them at once.
 */
export async function askAtOnce<Item>(
  network: ProjectNetwork,
  items: readonly Item[],
  { most, signal }: { most: number; signal: AbortSignal },
  ask: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const anySignal = AbortSignal.any([signal, network.ending]);
  const left = items.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const item of left) {
      if (failures.length > 0 || anySignal.aborted) return;
      await ask(item, anySignal).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  anySignal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
