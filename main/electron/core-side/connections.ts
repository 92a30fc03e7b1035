import { RPCHandler } from '@orpc/server/message-port';
import type { Core } from '../../core/create-core.ts';
import { decodeRpcData, encodeRpcData, type FromCore, type RpcData } from './frames.ts';

type Listener<Value> = (value: Value) => void;

/** The core's end of one window's port, in the shape oRPC takes for a port without events. */
class ConnectionPort {
  readonly #messages: Listener<unknown>[] = [];
  readonly #disconnects: Listener<void>[] = [];
  readonly postMessage: (data: unknown) => void;
  readonly onMessage = {
    addListener: (listener: Listener<unknown>) => void this.#messages.push(listener),
  };
  readonly onDisconnect = {
    addListener: (listener: Listener<void>) => void this.#disconnects.push(listener),
  };

  constructor(postMessage: (data: unknown) => void) {
    this.postMessage = postMessage;
  }

  receive(data: unknown): void {
    for (const listener of this.#messages) listener(data);
  }

  disconnect(): void {
    for (const listener of this.#disconnects) listener();
  }
}

/** Serves the router to every window: a reload or a second window is a connection of its own. */
export class DesktopConnections {
  readonly #core: Pick<Core, 'router' | 'context'>;
  readonly #send: (frame: FromCore) => void;
  readonly #handler: RPCHandler<Core['context']>;
  readonly #ports = new Map<number, ConnectionPort>();

  /** `onAnswered` sees the path of every call that succeeded, such as ['project', 'open']. */
  constructor(
    core: Pick<Core, 'router' | 'context'>,
    send: (frame: FromCore) => void,
    onAnswered: (path: readonly string[]) => void,
  ) {
    this.#core = core;
    this.#send = send;
    this.#handler = new RPCHandler(core.router, {
      clientInterceptors: [
        async (call) => {
          const output: unknown = await call.next();
          onAnswered(call.path);
          return output;
        },
      ],
    });
  }

  /** Takes a message of a window; the first one of a connection opens it. */
  receive(connection: number, data: RpcData): void {
    const port = this.#ports.get(connection) ?? this.#open(connection);
    port.receive(decodeRpcData(data));
  }

  /** Aborts what the connection still has running. */
  close(connection: number): void {
    this.#ports.get(connection)?.disconnect();
    this.#ports.delete(connection);
  }

  closeAll(): void {
    for (const connection of this.#ports.keys()) this.close(connection);
  }

  #open(connection: number): ConnectionPort {
    const port = new ConnectionPort((data) => {
      if (this.#ports.get(connection) !== port) return;
      this.#send({ channel: 'rpc', connection, data: encodeRpcData(data) });
    });
    this.#ports.set(connection, port);
    this.#handler.upgrade(port, { context: this.#core.context });
    return port;
  }
}
