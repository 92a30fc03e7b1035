import type { LlamaModel, Token } from 'node-llama-cpp';

const replacementCharacter = '\uFFFD';
/** A UTF-8 character has at most four bytes, so at most four byte tokens are waited for. */
const maxHeldTokens = 4;
const contextTokens = 8;

/** Turns tokens into text as they come, without ever splitting a UTF-8 character. */
export class TextStream {
  readonly #model: LlamaModel;
  #held: Token[] = [];
  #recent: Token[] = [];
  text = '';

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  /** Text that is complete with this token, '' while a character is incomplete. */
  push(token: Token): string {
    this.#held.push(token);
    const text = this.#heldText();
    const isIncomplete = text.endsWith(replacementCharacter) && this.#held.length < maxHeldTokens;
    return isIncomplete ? '' : this.#release(text);
  }

  /** What is left at the end: the model may really have written half a character. */
  flush(): string {
    return this.#release(this.#heldText());
  }

  #heldText(): string {
    // Neighbours decide in some vocabularies whether a token starts with a space.
    return this.#model.detokenize(this.#held, false, this.#recent);
  }

  #release(text: string): string {
    this.#recent = [...this.#recent, ...this.#held].slice(-contextTokens);
    this.#held = [];
    this.text += text;
    return text;
  }
}
