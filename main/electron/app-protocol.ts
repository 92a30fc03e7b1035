import type { CustomScheme } from 'electron';
import { securityHeaders } from '../shell/security-headers.ts';
import { readStaticFiles, type StaticFile } from '../shell/static-files.ts';

/** The page's address: a scheme of our own, so that nothing is loaded with file:// rights. */
export const workbenchUrl = 'app://workbench/';

/** To be registered before the app is ready. No CORS, no service worker, no CSP bypass. */
export const workbenchScheme: CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

const headers: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'Content-Security-Policy': `${securityHeaders['Content-Security-Policy']}; webrtc 'block'`,
  'X-DNS-Prefetch-Control': 'off',
};

/** True for addresses on the page's own host, whatever the path. */
export function isWorkbenchUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'app:' && url.host === 'workbench' && !url.username && !url.password;
}

/** True for the page itself, so that it may reload; its fragment does not count. */
export function isWorkbenchPage(address: string): boolean {
  return isWorkbenchUrl(address) && ['/', '/index.html'].includes(new URL(address).pathname);
}

/**
 * Answers requests of the page from the files read at start: a request is looked up in the map
 * and never becomes a path, so there is nothing to traverse.
 */
export async function createAppHandler(
  rendererDir: string,
): Promise<(request: Request) => Response> {
  const files = await readStaticFiles(rendererDir);
  return (request) => {
    if (!isWorkbenchUrl(request.url)) return refuse(403, 'Only the workbench is served here.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET.');
    const file = files.get(new URL(request.url).pathname);
    return file ? serve(file, request.method) : refuse(404, 'There is no such page.');
  };
}

function serve(file: StaticFile, method: string): Response {
  const body = method === 'HEAD' ? null : new Uint8Array(file.body);
  return new Response(body, { headers: { ...headers, 'Content-Type': file.mediaType } });
}

function refuse(status: number, reason: string): Response {
  const type = { 'Content-Type': 'text/plain; charset=utf-8' };
  return new Response(`${reason}\n`, { status, headers: { ...headers, ...type } });
}
