import type { Shortcut } from '../ui/shortcuts.ts';

/** Commands whose words contain the typed letters in order, best match first. */
export function rankCommands(commands: readonly Shortcut[], text: string): Shortcut[] {
  const wanted = text.trim().toLowerCase();
  const scored = commands.flatMap((command) => {
    const score = matchScore(command.label.toLowerCase(), wanted);
    return score === undefined ? [] : [{ command, score }];
  });
  return scored.toSorted((a, b) => a.score - b.score).map((entry) => entry.command);
}

/** Lower is better: start of the label, then start of a word, then anywhere, then scattered. */
function matchScore(label: string, wanted: string): number | undefined {
  const index = label.indexOf(wanted);
  if (index === 0) return 0;
  if (index > 0) return label[index - 1] === ' ' ? 1 : 2;
  let position = -1;
  for (const letter of wanted.replaceAll(' ', '')) {
    position = label.indexOf(letter, position + 1);
    if (position < 0) return undefined;
  }
  return 3;
}
