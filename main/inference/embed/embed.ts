import type { Token } from 'node-llama-cpp';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { getNumber, getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelHost } from '../model/model-host.ts';

type Embed = InferenceRequests['embed'];

/** Of a longer text the beginning is embedded: what it is about is said there. */
const mostTokens = 512;

// enum llama_pooling_type (llama.h): 0 is none
const noPooling = 0;

/**
 * What stands around a text for a model that was not made for embeddings: its last hidden state then
 * stands for the next word, which sums up the text (PromptEOL, Jiang et al. 2023).
 */
const oneWord = { before: 'This text: "', behind: '" means in one word: "' };

/**
 * Vectors of texts, of length 1, each an event the moment it is there; a cancel ends with those that
 * were sent. A model that was made for embeddings pools as its file says; any other one is asked for
 * the text in one word.
 */
export async function embed(
  host: ModelHost,
  { system, texts }: Embed['params'],
  { signal, emit }: RequestContext<Embed['event']>,
): Promise<Embed['result']> {
  const loaded = await host.open(system, signal);
  const { before, behind } = frameOf(loaded);
  const room = Math.min(mostTokens, loaded.trainedTokens || mostTokens) - before.length;
  // One token more for what the library puts in front, and one for the end of a text.
  const most = Math.max(1, room - behind.length - 2);
  const context = await host.createEmbeddings(loaded, room + before.length);
  try {
    for (const [index, text] of texts.entries()) {
      if (signal.aborted) break;
      // As plain text: what looks like a special token in it is none.
      const tokens = loaded.model.tokenize(text, false).slice(0, most);
      const { vector } = await context.getEmbeddingFor([...before, ...tokens, ...behind]);
      emit({ type: 'vector', index, vector: normalized(vector) });
    }
  } finally {
    await context.dispose();
  }
  return null;
}

function frameOf({ header, model }: LoadedModel): { before: Token[]; behind: Token[] } {
  if (isEmbeddingModel(header)) return { before: [], behind: [] };
  return {
    before: model.tokenize(oneWord.before, false),
    behind: model.tokenize(oneWord.behind, false),
  };
}

/** Whether a file says how its hidden states become the vector of a text. */
function isEmbeddingModel(header: GgufFile): boolean {
  const architecture = getString(header, 'general.architecture') ?? '';
  return (getNumber(header, `${architecture}.pooling_type`) ?? noPooling) !== noPooling;
}

function normalized(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => (length > 0 ? value / length : 0));
}
