import { expect, test } from 'vitest';
import { backupsToKeep, type BackupReason, type KeptBackup } from './backup.ts';

const dayMs = 86_400_000;
const dayOf = (epochMs: number) => String(Math.floor(epochMs / dayMs));
const backup = (number: number, day: number, reason: BackupReason = 'hourly'): KeptBackup => ({
  number,
  createdMs: day * dayMs,
  reason,
});
const kept = (entries: readonly KeptBackup[]) =>
  backupsToKeep(entries, dayOf).map(({ number }) => number);

test('the last three stay, and the last of each of the seven newest days that have any', () => {
  // Ten days with four backups each.
  const entries = Array.from({ length: 40 }, (_, index) =>
    backup(index + 1, Math.floor(index / 4)),
  );
  expect(kept(entries)).toEqual([40, 39, 38, 36, 32, 28, 24, 20, 16]);
});

test('days without backups do not count: a project that rests keeps its backups', () => {
  const entries = [3, 90, 400].map((day, index) => backup(index + 1, day));
  expect(kept(entries)).toEqual([3, 2, 1]);
});

// Order is the number: with times, a clock set back would delete the newest ones at once.
test('a clock that was set back deletes none of the newest', () => {
  const future = Array.from({ length: 12 }, (_, index) => backup(index + 1, 1000 + index));
  const after = [13, 14, 15].map((number) => backup(number, 5));
  expect(kept([...future, ...after]).slice(0, 3)).toEqual([15, 14, 13]);
});

test('the last one before a migration, a merge, a restoring and of a damaged file stays', () => {
  const before = (['migration', 'damaged', 'restore', 'merge', 'undo'] as const).flatMap(
    (reason, index) => [backup(2 * index + 1, 0, reason), backup(2 * index + 2, 0, reason)],
  );
  const later = Array.from({ length: 20 }, (_, index) => backup(index + 11, index + 1));
  expect(kept([...before, ...later]).slice(-5)).toEqual([10, 8, 6, 4, 2]);
});
