import type { BrowserWindow } from 'electron';
import type { CoreProcess } from './core-process.ts';
import type { OngoingFrame } from './core-side/frames.ts';
import type { ElectronApi } from './electron-api.ts';

/** A core that does not answer by then has nothing to say. */
const answerMs = 3000;

/** What a person decides about the work that goes on: never by an accident of a key. */
export type Decision = 'keep' | 'stop' | 'cancel';

const decisions: readonly Decision[] = ['keep', 'stop', 'cancel'];

/** What goes on in the core, as far as it told; while a job runs the machine does not sleep. */
export class OngoingWork {
  readonly #electron: Pick<ElectronApi, 'powerSaveBlocker' | 'dialog'>;
  #latest: OngoingFrame | undefined;
  #asked: PromiseWithResolvers<OngoingFrame | undefined> | undefined;
  #blocker: number | undefined;

  constructor(electron: Pick<ElectronApi, 'powerSaveBlocker' | 'dialog'>) {
    this.#electron = electron;
  }

  /** Whether a job is queued or running, or an answer was being written when it last told. */
  get isBusy(): boolean {
    return this.#latest?.isBusy ?? false;
  }

  /** Takes what the core told. */
  take(frame: OngoingFrame): void {
    this.#latest = frame;
    this.#asked?.resolve(frame);
    this.#asked = undefined;
    this.#keepAwake(frame.isRunning);
  }

  /** The core has ended, and everything with it. */
  forget(): void {
    this.#latest = undefined;
    this.#asked?.resolve(undefined);
    this.#asked = undefined;
    this.#keepAwake(false);
  }

  /** Asks the core anew; undefined where it does not answer. */
  async ask(core: Pick<CoreProcess, 'send'> | undefined): Promise<OngoingFrame | undefined> {
    if (!core) return undefined;
    this.#asked ??= Promise.withResolvers();
    const { promise, resolve } = this.#asked;
    core.send({ channel: 'ask-ongoing' });
    const timer = setTimeout(() => resolve(undefined), answerMs);
    const answer = await promise;
    clearTimeout(timer);
    return answer;
  }

  /** Asks a person what shall become of the work that goes on. */
  async decide(window: BrowserWindow | undefined, work: OngoingFrame): Promise<Decision> {
    const { dialog } = this.#electron;
    const options = {
      type: 'question' as const,
      title: 'Lima Workbench',
      message: `${work.count} ${work.isMany ? 'are' : 'is'} not done yet.`,
      detail: [
        ...work.lines,
        '',
        'Kept, it goes on without a window, and Lima Workbench ends when it is done. ' +
          'Start it again meanwhile to see it.',
        work.afterStopping,
      ].join('\n'),
      buttons: ['Keep It Running', 'Stop and Quit', 'Cancel'],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    };
    const shown = window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options);
    return decisions[(await shown).response] ?? 'cancel';
  }

  #keepAwake(isNeeded: boolean): void {
    const { powerSaveBlocker } = this.#electron;
    if (isNeeded) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }
}
