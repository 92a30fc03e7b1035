import { closeSync, readSync } from 'node:fs';
import { openInputFileSync } from '../../../input-files/input-file.ts';
import { XmlSplitter, type XmlPiece } from '../import/read/split-xml.ts';

const firstBytes = 16 * 1024;

/** The rows of a plain dump by where they begin. Throws `InputFileError` when it cannot be opened. */
export class DumpRows implements Disposable {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openInputFileSync(path).file;
  }

  /** What begins at a byte, or `undefined` when nothing does; as much is read as it needs. */
  at(byte: number): XmlPiece | undefined {
    const splitter = new XmlSplitter();
    for (let at = byte, size = firstBytes; ; at += size, size *= 4) {
      const buffer = Buffer.alloc(size);
      const read = readSync(this.#file, buffer, 0, size, at);
      const [first] = splitter.push(buffer.subarray(0, read));
      if (first) return first;
      if (read < size) return splitter.end()[0];
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
