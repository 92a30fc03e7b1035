import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { runInNewContext } from 'node:vm';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../shared/contract/contract.ts';
import type { ElectronStandIn } from './electron-stand-in.ts';
import type { StandInFrame } from './stand-in-window.ts';

const preload = readFileSync(new URL('../preload.cts', import.meta.url), 'utf8');

/** The page's side of a connection. */
export interface PageConnection {
  port: MessagePort;
  client: ContractRouterClient<Contract>;
  closed: Promise<void>;
}

/** A page with the real preload script in a context of its own, as the sandbox runs it. */
export class StandInPage {
  readonly #electron: ElectronStandIn;
  readonly #frame: StandInFrame | undefined;
  readonly #arrived: MessagePort[] = [];
  /** What the preload script gave to the page. */
  readonly exposed: Record<string, Record<string, (file?: unknown) => unknown>> = {};

  constructor(electron: ElectronStandIn, frame?: StandInFrame) {
    this.#electron = electron;
    this.#frame = frame;
    runInNewContext(stripTypeScriptTypes(preload), {
      MessageChannel,
      require: (name: string) => this.#require(name),
      window: {
        postMessage: (data: unknown, _: string, ports: MessagePort[]) => this.#receive(data, ports),
      },
    });
  }

  /** Does what the renderer does: asks for a port, takes it from the message event, calls. */
  connect(): PageConnection {
    this.exposed['limaDesktop']?.['connect']?.();
    const port = this.#arrived.pop();
    if (!port) throw new Error('The page got no port.');
    const closed = new Promise<void>((resolve) => port.once('close', resolve));
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }));
    port.start();
    return { port, client, closed };
  }

  #receive(data: unknown, ports: MessagePort[]): void {
    if (data === 'lima:port') this.#arrived.push(...ports);
  }

  #require(name: string): unknown {
    if (name !== 'electron') throw new Error(`The sandbox has no module ${name}.`);
    return {
      webUtils: { getPathForFile: (file: { path: string }) => file.path },
      contextBridge: {
        exposeInMainWorld: (key: string, api: Record<string, (file?: unknown) => unknown>) =>
          (this.exposed[key] = api),
      },
      ipcRenderer: {
        postMessage: (channel: string, data: unknown, ports: MessagePort[]) =>
          this.#send(channel, data, ports),
      },
    };
  }

  #send(channel: string, data: unknown, ports: MessagePort[]): void {
    const contents = this.#electron.windows[0]?.webContents;
    const senderFrame = this.#frame ?? contents?.mainFrame ?? null;
    const mainPorts = ports.map((port) => new StandInMessagePort(port));
    this.#electron.ipcMain.emit(channel, { sender: contents, senderFrame, ports: mainPorts }, data);
  }
}

/** Electron's main-process end of a message channel: silent until started, data in an event. */
class StandInMessagePort extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.once('close', () => this.emit('close'));
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  postMessage(data: unknown): void {
    this.#port.postMessage(data, []);
  }

  close(): void {
    this.#port.close();
  }
}
