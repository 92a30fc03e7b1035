/** The server does not know this browser: only the address printed by `lima serve` helps. */
export class SignInNeeded extends Error {
  override name = 'SignInNeeded';
}

/** The start token in an address fragment such as `#token=abc`, if there is one. */
export function tokenInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined;
}

/**
 * Exchanges the start token in the address for an HttpOnly cookie and takes it out of the address
 * and the history. Without a token it asks whether the cookie of an earlier visit still counts.
 */
export async function openWebSession(): Promise<void> {
  const token = tokenInFragment(location.hash);
  const response = token === undefined ? await fetch('./session') : await postToken(token);
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  if (response.status === 401 || response.status === 403) {
    throw new SignInNeeded(
      token === undefined
        ? 'This browser has not signed in to this server.'
        : 'The token in the address is not the one this server was started with.',
    );
  }
}

function postToken(token: string): Promise<Response> {
  return fetch('./session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}
