/** Tokens of a prompt that are evaluated at a time: few on a CPU, because a cancel is only heard between. */
export const promptChunkTokens = { cpu: 64, gpu: 512 };

/** Fewer first tokens are not worth a chunk of their own. */
const leastHeadTokens = 8;

/** What decides where a prompt is cut. */
interface Cut<Token> {
  tokens: readonly Token[];
  headTokens: number;
}

/**
 * All of a prompt but its last token, which sampling starts behind, in the pieces that are evaluated
 * at a time; or what lies between two cuts. Chat and batches cut alike: how a prompt is cut shows in
 * the last digits of its logits. There is a cut behind its head, so that what many prompts begin with
 * ends at one.
 */
export function* promptChunks<Token>(
  prompt: Cut<Token>,
  chunkTokens: number,
  { from = 0, to = prompt.tokens.length - 1 } = {},
): Generator<Token[]> {
  for (let start = from; start < to;) {
    const next = Math.min(to, nextCut(prompt, start, chunkTokens));
    yield prompt.tokens.slice(start, next);
    start = next;
  }
}

function nextCut({ headTokens }: Cut<unknown>, start: number, chunkTokens: number): number {
  const next = start + chunkTokens;
  return start < headTokens && headTokens >= leastHeadTokens ? Math.min(next, headTokens) : next;
}

/** How many tokens all of these prompts begin with, up to a cut that all of them have. */
export function sharedStart(prompts: readonly Cut<unknown>[], chunkTokens: number): number {
  const [first, ...others] = prompts;
  if (!first || others.length === 0) return 0;
  const shortest = Math.min(...prompts.map(({ tokens }) => tokens.length - 1));
  const differs = first.tokens.findIndex((token, at) =>
    others.some(({ tokens }) => tokens[at] !== token),
  );
  const alike = differs === -1 ? shortest : Math.min(shortest, differs);
  const cuts = new Set(prompts.map((prompt) => lastCut(prompt, alike, chunkTokens)));
  const [cut = 0] = cuts;
  return cuts.size === 1 ? cut : 0;
}

/** The last cut of a prompt within so many of its tokens. */
function lastCut(prompt: Cut<unknown>, most: number, chunkTokens: number): number {
  let cut = 0;
  for (let next = 0; next <= most; next = nextCut(prompt, next, chunkTokens)) cut = next;
  return cut;
}
