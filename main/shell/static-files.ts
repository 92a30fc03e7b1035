import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Vite puts eight characters of content hash before the extension. */
const hashedName = /-[\w-]{8}\.\w+$/;

/** One file of the page, ready to be sent. */
export interface StaticFile {
  body: Buffer;
  mediaType: string;
  cacheControl: string;
  entityTag: string;
}

/**
 * Reads the built page into memory, by URL path. What is not in the map does not exist for a
 * browser: no request ever becomes a file path. Symbolic links and unknown types are left out.
 */
export async function readStaticFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const mediaType = mediaTypes[extname(entry.name)];
    if (!entry.isFile() || mediaType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const urlPath = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(urlPath, await readStaticFile(path, mediaType));
  }
  const index = files.get('/index.html');
  if (!index)
    throw new Error(
      `There is no index.html in ${folder}: run "npm run build:renderer" in the checkout.`,
    );
  return files.set('/', index);
}

async function readStaticFile(path: string, mediaType: string): Promise<StaticFile> {
  const body = await readFile(path);
  return {
    body,
    mediaType,
    cacheControl: hashedName.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    entityTag: `"${createHash('sha256').update(body).digest('base64url')}"`,
  };
}
