import type { Damage } from '../../domain/project/damage.ts';
import { formatQuantity } from '../numbers.ts';

const shownRows = 3;

/** Which rows a disk changed, and what they were about, in one sentence. */
export function describeDamage(damage: Damage): string {
  const { table, first, last, rows, missing, isUnreadable } = damage;
  const among = `between ${first} and ${last} of ${table}`;
  if (isUnreadable) return `Rows ${among} cannot be read at all.`;
  const named = rows.slice(0, shownRows).map(({ place, about }) => `${place} (${about})`);
  const more = rows.length > shownRows ? ` and ${rows.length - shownRows} more` : '';
  const changed =
    rows.length > 0
      ? `${formatQuantity(rows.length, 'row')} of ${table} changed: ${named.join(', ')}${more}`
      : '';
  const gone =
    missing > 0
      ? `${formatQuantity(missing, 'row')} ${among} ${missing === 1 ? 'is' : 'are'} gone`
      : '';
  return `${[changed, gone].filter((part) => part !== '').join('; ')}.`;
}

/** What to do about damaged rows, whose whole ones a backup may hold. */
export function damageAdvice(isWholeInBackup: boolean): string {
  return isWholeInBackup
    ? 'A backup still has them as they were: take these rows back from it.'
    : 'No backup has them as they were: look at what they say, or restore a whole backup.';
}
