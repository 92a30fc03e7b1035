/** The chosen one of a list; until a person chose, the only one that can be, if there is just one. */
export function chosenOrOnly<Item extends { id: string }>(
  list: readonly Item[] = [],
  chosenId: string | null,
  canBeChosen: (item: Item) => boolean = () => true,
): Item | undefined {
  if (chosenId !== null) return list.find(({ id }) => id === chosenId);
  const [only, another] = list.filter(canBeChosen);
  return another ? undefined : only;
}
