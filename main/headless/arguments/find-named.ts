import { CommandError } from '../cli/command-error.ts';

/**
 * The one item with this id or name. Of several with the same name none is taken: the error lists
 * their ids. `what` is the noun for the message.
 */
export function findNamed<Item extends { id: string; name: string }>(
  items: readonly Item[],
  nameOrId: string,
  what: string,
): Item {
  const byId = items.find((item) => item.id === nameOrId);
  if (byId) return byId;
  const named = items.filter((item) => item.name === nameOrId);
  const first = named[0];
  if (first && named.length === 1) return first;
  if (first) {
    const ids = named.map((item) => item.id);
    throw new CommandError(
      'NAME_AMBIGUOUS',
      `${named.length} ${what}s are named "${nameOrId}": use one of the ids ${ids.join(', ')}.`,
      { ids },
    );
  }
  const names = items.map((item) => item.name);
  throw new CommandError(
    'NOT_FOUND',
    names.length === 0
      ? `There is no ${what} "${nameOrId}": the project has no ${what} yet.`
      : `There is no ${what} "${nameOrId}". The project has: ${names.join(', ')}.`,
    { names },
  );
}
