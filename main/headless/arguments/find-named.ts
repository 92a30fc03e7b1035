import { didYouMean } from '../../../shared/text/near-name.ts';
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
  const [first] = named;
  if (!first) throw notFound(items, nameOrId, what);
  if (named.length > 1) throw ambiguous(named, nameOrId, what);
  return first;
}

function ambiguous(named: readonly { id: string }[], name: string, what: string): CommandError {
  const ids = named.map((item) => item.id);
  return new CommandError(
    'NAME_AMBIGUOUS',
    `${named.length} ${what}s are named "${name}": use one of the ids ${ids.join(', ')}.`,
    { ids },
  );
}

const mostListed = 30;

function notFound(items: readonly { name: string }[], name: string, what: string): CommandError {
  const names = items.map((item) => item.name);
  const hidden = names.length - mostListed;
  const listed =
    names.slice(0, mostListed).join(', ') + (hidden > 0 ? ` … and ${hidden} more` : '');
  return new CommandError(
    'NOT_FOUND',
    names.length === 0
      ? `There is no ${what} "${name}": the project has no ${what} yet.`
      : `There is no ${what} "${name}".${didYouMean(name, names)} The project has: ${listed}.`,
    { names },
  );
}
