/** A file of an archive that is to be read, and what has to be read of the archive for it. */
export interface ArchiveEntry {
  path: string;
  isFile: boolean;
  isEncrypted: boolean;
  sizeBytes: number;
  /** Packed bytes of the archive from the start of its block to its end. */
  packedBytes: number;
}

/** Files that are packed together: whoever wants one of them unpacks those before it. */
interface Block {
  id: string;
  packedBytes: number;
  sizeBytes: number;
}

interface Wanted {
  fields: Map<string, string>;
  block: Block;
  /** Of the block, up to and with this file. */
  throughBytes: number;
}

const wantedName = /(?:^|[\\/])posts\.xml(?:$|[\\/])/i;
const mostNames = 12;
const mostWanted = 2;
const mostLineCharacters = 256 * 1024;

/** The arguments that make 7-Zip print what `ArchiveIndex` reads. */
export const listArguments = ['l', '-slt', '-ba', '-t7z'];

/** Takes in what 7-Zip lists of an archive, however long it is, and holds only what is wanted. */
export class ArchiveIndex {
  /** The first names, to tell what else is there. */
  readonly names: string[] = [];
  entries = 0;
  /** 7-Zip wants a password before it tells any name. */
  asksForPassword = false;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #fields = new Map<string, string>();
  #block: Block = { id: '', packedBytes: 0, sizeBytes: 0 };
  readonly #wanted: Wanted[] = [];

  push(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, mostLineCharacters);
    for (const line of lines) this.#readLine(line.replace(/\r$/, ''));
  }

  end(): void {
    this.#readLine(this.#rest);
    this.#readLine('');
  }

  /** Entries named Posts.xml, at most two: more than one cannot be told apart. */
  get posts(): ArchiveEntry[] {
    return this.#wanted.map(({ fields, block, throughBytes }) => ({
      path: fields.get('Path') ?? '',
      isFile: !/(?:^|\s)(?:D\S*|[dl][-rwxsStT]{9})(?:\s|$)/.test(fields.get('Attributes') ?? ''),
      isEncrypted: fields.get('Encrypted') === '+',
      sizeBytes: numberOf(fields, 'Size'),
      packedBytes: Math.ceil(block.packedBytes * (throughBytes / Math.max(1, block.sizeBytes))),
    }));
  }

  #readLine(line: string): void {
    if (line.startsWith('Enter password')) this.asksForPassword = true;
    const at = line.indexOf(' =');
    if (at > 0) this.#fields.set(line.slice(0, at), line.slice(at + 3));
    if (line !== '' || this.#fields.size === 0) return;
    this.#addEntry(this.#fields);
    this.#fields = new Map();
  }

  #addEntry(fields: Map<string, string>): void {
    const path = fields.get('Path');
    if (path === undefined) return;
    this.entries++;
    if (this.names.length < mostNames) this.names.push(path);
    const id = fields.get('Block') ?? '';
    if (id === '' || id !== this.#block.id) this.#block = { id, packedBytes: 0, sizeBytes: 0 };
    this.#block.packedBytes += numberOf(fields, 'Packed Size');
    this.#block.sizeBytes += numberOf(fields, 'Size');
    if (wantedName.test(path) && this.#wanted.length < mostWanted)
      this.#wanted.push({ fields, block: this.#block, throughBytes: this.#block.sizeBytes });
  }
}

function numberOf(fields: Map<string, string>, name: string): number {
  const value = Number(fields.get(name) ?? '');
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
