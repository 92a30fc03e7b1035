/** What happened to a sample, as the store names it, in words for people. */
const texts: Readonly<Record<string, string>> = {
  accept: 'accepted',
  reject: 'rejected',
  reset: 'reset to pending',
  bin: 'moved to the bin',
  restore: 'restored from the bin',
  // An undo is stored as what it led back to.
  'undo: accept': 'undone: accepted again',
  'undo: reject': 'undone: rejected again',
  'undo: reset': 'undone: pending again',
  'undo: bin': 'undone: in the bin again',
  'undo: restore': 'undone: out of the bin again',
};

/** A line of a sample's history; a version has its words already. */
export const historyText = (stored: string): string => texts[stored] ?? stored;
