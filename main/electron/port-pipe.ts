import type { IpcMain, MessagePortMain, WebContents } from 'electron';
import { decodeRpcData, encodeRpcData, type FromCore, type RpcData } from './core-side/frames.ts';
import type { CoreProcess } from './core-process.ts';
import { isTrustedFrame } from './hardening.ts';

/** The one IPC channel there is: the preload script hands over one end of a message channel. */
export const connectChannel = 'lima:connect';

/** What the pipe asks its owner. */
export interface PipeOwner {
  /** The core that runs now, if any. */
  currentCore(): CoreProcess | undefined;
  isOwnWindow(contents: WebContents): boolean;
}

/** Carries messages between ports of pages and the core, without looking into them. */
export class PortPipe {
  readonly #ports = new Map<number, MessagePortMain>();
  readonly #owner: PipeOwner;
  #nextConnection = 1;

  constructor(ipcMain: IpcMain, owner: PipeOwner) {
    this.#owner = owner;
    ipcMain.on(connectChannel, (event) => {
      const [port] = event.ports;
      const isTrusted = owner.isOwnWindow(event.sender) && isTrustedFrame(event.senderFrame);
      if (isTrusted && port && event.ports.length === 1) this.#connect(port);
      else for (const refused of event.ports) refused.close();
    });
  }

  /** Passes a message of the core on; a page that has gone gets nothing. */
  deliver(frame: Extract<FromCore, { channel: 'rpc' }>): void {
    this.#ports.get(frame.connection)?.postMessage(decodeRpcData(frame.data));
  }

  /** Ends every connection, so that the pages know and connect again. */
  closeAll(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  #connect(port: MessagePortMain): void {
    const core = this.#owner.currentCore();
    if (!core) {
      port.close();
      return;
    }
    const connection = this.#nextConnection++;
    this.#ports.set(connection, port);
    port.on('message', (event) => this.#forward(core, connection, event.data));
    port.on('close', () => {
      this.#ports.delete(connection);
      core.send({ channel: 'closed', connection });
    });
    // A port keeps its messages until it is started, so none is lost before the core is ready.
    core.ready.then(
      () => port.start(),
      () => port.close(),
    );
  }

  #forward(core: CoreProcess, connection: number, message: unknown): void {
    let data: RpcData;
    try {
      data = encodeRpcData(message);
    } catch (error) {
      console.error('A page sent something that is not RPC; its connection is closed:', error);
      this.#ports.get(connection)?.close();
      return;
    }
    core.send({ channel: 'rpc', connection, data });
  }
}
