import type { LlamaModel, Token } from 'node-llama-cpp';
import type { XrayPiece } from '../../../shared/domain/xray.ts';
import { byteCharacters } from '../../gguf/header/byte-characters.ts';
import { type GgufFile, getString, getStrings } from '../../gguf/header/gguf-file.ts';

const byteOfCharacter = new Map(byteCharacters().map((character, byte) => [character, byte]));
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the tokens of a vocabulary stand for, byte for byte: a broken character stays broken. */
export class TokenPieces {
  readonly #model: LlamaModel;
  readonly #texts: readonly string[];
  /** Byte-level BPE writes bytes as characters; SentencePiece writes a space as ▁. */
  readonly #isByteLevel: boolean;
  readonly #ends = new Map<Token, boolean>();

  constructor(model: LlamaModel, header: GgufFile) {
    this.#model = model;
    this.#texts = getStrings(header, 'tokenizer.ggml.tokens') ?? [];
    this.#isByteLevel = getString(header, 'tokenizer.ggml.model') === 'gpt2';
  }

  /** True for a token that ends a turn; remembered, because asking the library is slow. */
  isEnd(token: Token): boolean {
    const known = this.#ends.get(token);
    if (known !== undefined) return known;
    const isEnd = this.#model.isEogToken(token);
    this.#ends.set(token, isEnd);
    return isEnd;
  }

  /** The piece of a token; special tokens by their name in the vocabulary. */
  piece(token: Token): XrayPiece {
    const text = this.#texts[token] ?? '';
    if (this.isEnd(token)) return { kind: 'end', text };
    const { control, unknown, byte, userDefined } = this.#model.getTokenAttributes(token);
    if (control || unknown) return { kind: 'special', text };
    if (userDefined) return { kind: 'text', text };
    if (byte) return pieceOfBytes([Number.parseInt(text.slice(1, -1), 16)], text);
    if (!this.#isByteLevel) return { kind: 'text', text: text.replaceAll('▁', ' ') };
    return pieceOfBytes(
      Array.from(text, (character) => byteOfCharacter.get(character) ?? NaN),
      text,
    );
  }
}

/** Their text, or the bytes themselves where they are no whole characters. */
function pieceOfBytes(bytes: readonly number[], fallback: string): XrayPiece {
  if (bytes.some(Number.isNaN)) return { kind: 'text', text: fallback };
  try {
    return { kind: 'text', text: strictUtf8.decode(Uint8Array.from(bytes)) };
  } catch {
    return { kind: 'bytes', text: bytes.map(hexadecimal).join(' ') };
  }
}

const hexadecimal = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
