import { AppError } from '../base/app-error.ts';

/**
 * The one way in which a base URL is written, so that permissions and keys of one are found: without
 * a slash at its end. INVALID_INPUT for what is none, or holds credentials.
 */
export function normalBaseUrl(text: string): string {
  const url = parsed(text.trim());
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw invalid(text, 'it has to begin with http:// or https://, as in http://127.0.0.1:8080/v1');
  if (url.username !== '' || url.password !== '')
    throw new AppError(
      'INVALID_INPUT',
      `The base URL of ${url.host} holds a name or password, which would be stored in the project: leave it out, and give the key by itself`,
    );
  if (url.search !== '' || url.hash !== '')
    throw invalid(text, 'leave out what begins with ? or #');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const invalid = (text: string, why: string) =>
  new AppError('INVALID_INPUT', `“${text}” is no base URL of an endpoint: ${why}`);
