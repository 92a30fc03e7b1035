import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveEngine } from '../serve-engine.ts';
import type { EscapeRequests } from './escape-requests.ts';

// As a native library would connect, which knows nothing of what serveEngine takes away.
const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');

/** 'done', or the code of what it failed with. */
async function outcomeOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function connectTo(target: { port: number } | { path: string }): Promise<void> {
  const socket = new net.Socket();
  if (typeof connect !== 'function') throw new Error('Node has no such method');
  Reflect.apply(connect, socket, ['path' in target ? target : { ...target, host: '127.0.0.1' }]);
  await once(socket, 'connect');
  socket.destroy();
}

// An engine that a file took over: it runs whatever it likes with whatever it was given.
serveEngine<EscapeRequests>('escape 1.0', {
  try: async ({ what, path, port }) => ({
    scratchDir: tmpdir(),
    outcome: await outcomeOf(() => {
      if (what === 'read') return readFileSync(path);
      if (what === 'read on a thread') return readFile(path);
      if (what === 'list') return readdirSync(path);
      if (what === 'write') return writeFileSync(path, 'x');
      if (what === 'write on a thread') return writeFile(path, 'x');
      if (what === 'write scratch') return writeFileSync(join(tmpdir(), 'note'), 'x');
      if (what === 'run') return execFileSync(path);
      if (what === 'signal') return process.kill(port, 0);
      if (what === 'connect') return connectTo({ port });
      if (what === 'connect locally') return connectTo({ path });
      return net.connect({ port, host: '127.0.0.1' });
    }),
  }),
});
