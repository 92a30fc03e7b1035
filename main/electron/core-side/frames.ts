/**
 * Data of one RPC message. Binary crosses as base64: the desktop shell and the core run on
 * different versions of V8, whose clone formats need not match, while JSON always does.
 */
export type RpcData = string | { base64: string };

/** What the desktop shell sends to the core process, as JSON over the child's IPC channel. */
export type ToCore =
  | { channel: 'rpc'; connection: number; data: RpcData }
  | { channel: 'closed'; connection: number }
  | { channel: 'picked'; id: number; path: string | null }
  | { channel: 'pick-failed'; id: number; message: string }
  | { channel: 'command'; command: { command: string; path?: string } }
  | { channel: 'ask-ongoing' }
  | { channel: 'quit' };

/** What the core process sends to the desktop shell; `ready` comes first and once. */
export type FromCore =
  | { channel: 'ready' }
  | { channel: 'rpc'; connection: number; data: RpcData }
  | { channel: 'pick'; id: number; purpose: string; suggestedName?: string }
  | OngoingFrame
  | { channel: 'job-ended'; title: string; body: string }
  | { channel: 'recent'; projects: RecentProject[] };

/** What goes on in the core, in words for a person: told when a job changes, and when asked. */
export interface OngoingFrame {
  channel: 'ongoing';
  /** Something would end with the core. */
  isBusy: boolean;
  /** A job is at work at this moment. */
  isRunning: boolean;
  /** Such as `2 jobs`, and whether that is a plural. */
  count: string;
  isMany: boolean;
  lines: string[];
  afterStopping: string;
}

/** A project of the recent list, newest first in every list. */
export interface RecentProject {
  path: string;
  name: string;
}

/** Makes a message of a port fit for JSON. Throws for anything oRPC does not send. */
export function encodeRpcData(data: unknown): RpcData {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return { base64: Buffer.from(data).toString('base64') };
  if (ArrayBuffer.isView(data)) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return { base64: bytes.toString('base64') };
  }
  throw new Error(`A port message must be text or binary, not ${typeof data}.`);
}

/** The inverse of `encodeRpcData`; every binary form comes back as bytes of their own buffer. */
export function decodeRpcData(data: RpcData): string | Uint8Array<ArrayBuffer> {
  return typeof data === 'string' ? data : new Uint8Array(Buffer.from(data.base64, 'base64'));
}
