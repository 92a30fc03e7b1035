import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createCore, type Core } from '../../core/create-core.ts';
import { DesktopConnections } from './connections.ts';
import type { FromCore, ToCore } from './frames.ts';
import { DesktopHostBridge } from './host-bridge.ts';
import { endOfJob, ongoingFrame } from './tell-shell.ts';
import { recentProjects } from '../../core/project/project-service.ts';

// The young generation stays small: 70 MB less at the peak of a large import.
setFlagsFromString('--semi-space-growth-factor=1');

const recentLimit = 10;

function send(frame: FromCore): void {
  // A shell that goes away meanwhile needs no answer: 'disconnect' ends this process.
  if (process.connected) process.send?.(frame, () => undefined);
}

/** Tells the shell which projects were opened last, for its menu. */
async function reportRecent(core: Core): Promise<void> {
  const known = (await recentProjects(core.context.core)).filter((project) => project.exists);
  const projects = known.slice(0, recentLimit).map(({ path, name }) => ({ path, name }));
  send({ channel: 'recent', projects });
}

function stopOnSignals(stop: () => void): void {
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  // Ctrl+C in a terminal reaches the shell too, which then asks the core to quit.
  process.on('SIGINT', () => undefined);
}

interface Receivers {
  core: Core;
  connections: DesktopConnections;
  host: DesktopHostBridge;
}

function receiveFrame(
  frame: Exclude<ToCore, { channel: 'quit' }>,
  { core, connections, host }: Receivers,
): void {
  if (frame.channel === 'rpc') connections.receive(frame.connection, frame.data);
  else if (frame.channel === 'closed') connections.close(frame.connection);
  else if (frame.channel === 'command') host.pushCommand(frame.command);
  else if (frame.channel === 'ask-ongoing') send(ongoingFrame(core));
  else host.answerPick(frame);
}

/** Runs the core for the desktop shell until it says so or goes away. */
async function main(): Promise<void> {
  const [userDataDir] = process.argv.slice(2);
  if (!process.send || userDataDir === undefined)
    throw new Error('This process is started by the desktop app; use "lima serve" without it.');
  const stopping = Promise.withResolvers<void>();
  stopOnSignals(stopping.resolve);
  const host = new DesktopHostBridge(send);
  // Engines keep compiled code beside it, in a folder of their own.
  process.env['NODE_COMPILE_CACHE'] ??= join(userDataDir, 'compile-cache');
  const core = await createCore({ shell: 'desktop', userDataDir, fileRoots: null, host });
  host.jobChanged = (job) => {
    send(ongoingFrame(core));
    const end = endOfJob(core, job);
    if (end) send(end);
  };
  const connections = new DesktopConnections(core, send, (path) => {
    if (['project.open', 'project.create'].includes(path.join('.'))) void reportRecent(core);
  });
  process.on('message', (frame: ToCore) => {
    if (frame.channel === 'quit') stopping.resolve();
    else receiveFrame(frame, { core, connections, host });
  });
  send({ channel: 'ready' });
  void reportRecent(core);
  await stopping.promise;
  connections.closeAll();
  await core.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
