import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { confinedStart } from './confined-start.ts';
import { confinementHere, type Confinement } from './launcher.ts';

/** What a trial found: in words that go after "an engine …". */
export interface ConfinementTrial {
  holds: string[];
  lacks: string[];
  /** Why something lacks. */
  reason: string;
}

/** How it is where the attempt fails, and where it succeeds. */
const words = {
  read: ['reads only files that it is given', 'may read every file of yours'],
  write: ['writes only into its own folders', 'may write to every file of yours'],
  connect: ['opens no connection', 'may open connections'],
  signal: ['reaches no other process', 'may end other processes of yours'],
} as const;

/** What an engine would try that a file took over; it prints what it could do. */
const script = `
const fs = require('node:fs');
const can = (attempt) => { try { attempt(); return true; } catch { return false; } };
const [path, port] = process.argv.slice(1);
const outcome = {
  read: can(() => fs.readFileSync(path)),
  write: can(() => fs.writeFileSync(path, 'written')),
  signal: can(() => process.kill(process.ppid, 0)),
};
const tell = (connect) => console.log(JSON.stringify({ ...outcome, connect }));
const socket = require('node:net').connect(Number(port), '127.0.0.1');
socket.on('connect', () => { tell(true); socket.destroy(); });
socket.on('error', () => tell(false));
`;

const outcomeSchema = z.record(z.enum(['read', 'write', 'connect', 'signal']), z.boolean());

/** Starts a program the way engines are started and lets it try what an engine never should. */
export async function tryConfinement(confinement = confinementHere()): Promise<ConfinementTrial> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-trial-'));
  const path = join(folder, 'kept');
  writeFileSync(path, 'kept');
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const could = await attemptAll(path, port, confinement);
    const names = Object.keys(words).map((name) => outcomeSchema.keyType.parse(name));
    return {
      holds: names.filter((name) => !could[name]).map((name) => words[name][0]),
      lacks: names.filter((name) => could[name]).map((name) => words[name][1]),
      reason: confinement.reason,
    };
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function attemptAll(path: string, port: number, confinement: Confinement) {
  const { execPath, execArgv, env, scratchDir } = confinedStart(
    { files: { reads: [], writes: [] }, usesDrivers: false },
    confinement,
  );
  const args = [...execArgv, '-e', script, path, String(port)];
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const child = spawn(execPath, args, { cwd: scratchDir, env: { ...process.env, ...env }, stdio });
  try {
    return outcomeSchema.parse(JSON.parse(await text(child.stdout)));
  } finally {
    rmSync(scratchDir, { recursive: true });
  }
}
