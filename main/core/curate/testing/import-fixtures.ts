import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { importFile, type ImportCounts, type ImportRequest } from '../import/import-file.ts';
import type { BadLine, ParsedSample } from '../import/sample/parsed-sample.ts';

/** How a fixture is written. */
export type FixtureCompression = 'plain' | 'gzip' | 'zstd';

/** A folder that vanishes with its fixtures. */
export class FixtureFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'import-fixture-'));

  /** Writes a file and returns its path; the name says nothing about the compression. */
  write(name: string, content: string | Buffer, compression: FixtureCompression = 'plain'): string {
    const path = join(this.path, name);
    writeFileSync(path, compressFixture(content, compression));
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The bytes of a fixture as they would lie on disk. */
export function compressFixture(content: string | Buffer, compression: FixtureCompression): Buffer {
  const bytes = Buffer.from(content);
  if (compression === 'gzip') return gzipSync(bytes);
  return compression === 'zstd' ? zstdCompressSync(bytes) : bytes;
}

/** Chunks of at most `sizeBytes`, as a stream would give them. */
export async function* chunksOf(bytes: Buffer, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += sizeBytes)
    yield bytes.subarray(start, start + sizeBytes);
}

/** Everything an import of a file gives, in this thread. */
export async function importAll(
  request: Partial<ImportRequest> & { path: string },
): Promise<{ counts: ImportCounts; samples: ParsedSample[]; badLines: BadLine[] }> {
  const samples: ParsedSample[] = [];
  const badLines: BadLine[] = [];
  const counts = await importFile({ format: 'auto', ...request }, async (batch) => {
    samples.push(...batch.samples);
    badLines.push(...batch.badLines);
  });
  return { counts, samples, badLines };
}

/** One `<row …/>` of a dump from plain attribute values. */
export function postRow(attributes: Record<string, string | number>): string {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => `${name}="${escapeXml(String(value))}"`,
  );
  return `  <row ${pairs.join(' ')} />`;
}

/** A whole dump around rows. */
export function postsDump(rows: readonly string[]): string {
  return `\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<posts>\n${rows.join('\n')}\n</posts>\n`;
}

/** The attributes of a question that has all it needs. */
export function question(id: number, more: Record<string, string | number> = {}) {
  const title = 'Which way round does a paper filter go?';
  const body = '<p>Mine has a seam on one side.</p>';
  const common = { Score: 4, CreationDate: '2020-05-01T08:00:00.000', OwnerUserId: 7 };
  return { Id: id, PostTypeId: 1, ...common, Title: title, Body: body, Tags: '<paper>', ...more };
}

/** The attributes of an answer that has all it needs. */
export function answer(id: number, parentId: number, more: Record<string, string | number> = {}) {
  const body = `<p>Fold the seam of filter ${id} first.</p>`;
  const common = { Score: 12, CreationDate: '2020-05-02T08:00:00.000', OwnerUserId: 9 };
  return { Id: id, PostTypeId: 2, ParentId: parentId, ...common, Body: body, ...more };
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#xA;');
}
