import { EventEmitter } from 'node:events';

type Answer = (...values: unknown[]) => unknown;

/** Electron's session: keeps the handlers and asks them the way Chromium would. */
export class StandInSession extends EventEmitter {
  readonly #handlers = new Map<string, Answer>();
  isSpellCheckerEnabled = true;
  readonly webRequest = {
    onBeforeRequest: (handler: Answer) => void this.#handlers.set('request', handler),
  };

  setPermissionRequestHandler(handler: Answer): void {
    this.#handlers.set('permission', handler);
  }
  setPermissionCheckHandler(handler: Answer): void {
    this.#handlers.set('check', handler);
  }
  setDevicePermissionHandler(handler: Answer): void {
    this.#handlers.set('device', handler);
  }
  setBluetoothPairingHandler(handler: Answer): void {
    this.#handlers.set('pairing', handler);
  }
  setDisplayMediaRequestHandler(handler: Answer): void {
    this.#handlers.set('display', handler);
  }
  setSpellCheckerEnabled(isEnabled: boolean): void {
    this.isSpellCheckerEnabled = isEnabled;
  }

  /** Asks a handler that answers through its last parameter. */
  ask(kind: 'permission' | 'pairing' | 'display' | 'request', ...details: unknown[]): unknown {
    let given: unknown = 'no answer';
    this.#handler(kind)(...details, (answer: unknown) => (given = answer));
    return given;
  }

  /** Asks a handler that answers by its return value. */
  check(kind: 'check' | 'device', ...details: unknown[]): unknown {
    return this.#handler(kind)(...details);
  }

  /** Emits a chooser or download event; tells whether it was prevented and what was chosen. */
  choose(name: string, ...details: unknown[]): { isPrevented: boolean; chosen: unknown[] } {
    const event = preventable();
    const chosen: unknown[] = [];
    this.emit(name, event, ...details, (choice: unknown) => chosen.push(choice));
    return { isPrevented: event.defaultPrevented, chosen };
  }

  #handler(kind: string): Answer {
    const handler = this.#handlers.get(kind);
    // Electron grants what nobody denies.
    return handler ?? (() => true);
  }
}

/** An event whose default the listener may prevent. */
export interface StandInEvent {
  [field: string]: unknown;
  defaultPrevented: boolean;
  preventDefault(): void;
}

/** A fresh event with further fields. */
export function preventable(fields: Record<string, unknown> = {}): StandInEvent {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: () => void (event.defaultPrevented = true),
  };
  return event;
}
