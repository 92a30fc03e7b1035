import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The address that is printed; `localhost` may mean the other one. */
export const loopback = '127.0.0.1';
const loopback6 = '::1';

const portAttempts = 20;
/** Room for a crowd that connects at once; one that finds none is tried again after a second. */
const backlog = 4096;

/** What listens, and under which names its pages may be asked for. */
export interface Listening {
  port: number;
  servers: Server[];
  hosts: string[];
}

/**
 * Listens on 127.0.0.1, and on ::1 where this machine has it: browsers try ::1 first for
 * `localhost`, so whoever else held that port would get our page's secrets. Where somebody does,
 * `localhost` is none of our names. Port 0 takes one that is free on both.
 */
export async function listenOnLoopback(
  createServer: () => Server,
  wantedPort: number,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const server = createServer();
    const port = await listen(server, { port: wantedPort, host: loopback });
    const own = [`${loopback}:${port}`];
    const names = [...own, `localhost:${port}`, `[${loopback6}]:${port}`];
    const second = createServer();
    const failure = await codeOfFailure(listen(second, { port, host: loopback6 }));
    if (failure === undefined) return { port, servers: [server, second], hosts: names };
    if (failure !== 'EADDRINUSE') return { port, servers: [server], hosts: names };
    if (wantedPort !== 0 || attempt === portAttempts)
      return { port, servers: [server], hosts: own };
    await new Promise((resolve) => server.close(resolve));
  }
}

async function listen(server: Server, where: { port: number; host: string }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ ...where, backlog, exclusive: true, ipv6Only: true }, resolve);
  await promise;
  server.removeListener('error', reject);
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`The server listens at ${String(address)}, not on a port`);
  return address.port;
}

/** The operating system's code of what `attempt` fails with, `undefined` when it does not. */
async function codeOfFailure(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
