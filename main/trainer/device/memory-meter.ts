import type { AllocatorPtr, BufferPtr } from '../ffi/pointers.ts';

/** Counts what a backend holds on its device. */
export class MemoryMeter {
  readonly #held = new Map<BufferPtr | AllocatorPtr, number>();

  /** Bytes of all that is held now; a working memory never shrinks before it is freed. */
  get heldBytes(): number {
    return [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Notes the size of a buffer, or of a working memory after each graph placed there. */
  note(owner: BufferPtr | AllocatorPtr, bytes: number): void {
    this.#held.set(owner, bytes);
  }

  /** Forgets what was freed. */
  forget(owner: BufferPtr | AllocatorPtr): void {
    this.#held.delete(owner);
  }
}
