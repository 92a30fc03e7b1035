import { Worker } from 'node:worker_threads';
import type { TestCore } from '../../core/testing/a-core.ts';

/** How long a client had to wait at most, and how often it was answered, since the last reset. */
export interface Waiting {
  longest: number;
  answers: number;
}

/** A client in a thread of its own, which asks as soon as it was answered. */
export function askAllTheTime(core: TestCore) {
  const source = `const { parentPort } = require('node:worker_threads');
    let longest = 0, answers = 0, asked = 0;
    const ask = () => { asked = performance.now(); parentPort.postMessage('ask'); };
    parentPort.on('message', (what) => {
      if (what === 'reset') { longest = 0; answers = 0; return; }
      if (what === 'tell') { parentPort.postMessage({ longest, answers }); return; }
      longest = Math.max(longest, performance.now() - asked);
      answers += 1;
      setTimeout(ask, 1);
    });
    ask();`;
  const worker = new Worker(source, { eval: true });
  const told: ((waiting: Waiting) => void)[] = [];
  worker.on('message', (message: 'ask' | Waiting) => {
    if (message !== 'ask') return told.shift()?.(message);
    void core.client.samples.rows({ seqs: [1, 2, 3] }).then(() => worker.postMessage('answer', []));
  });
  return {
    reset: () => worker.postMessage('reset', []),
    tell: () =>
      new Promise<Waiting>((resolve) => {
        told.push(resolve);
        worker.postMessage('tell', []);
      }),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
}
