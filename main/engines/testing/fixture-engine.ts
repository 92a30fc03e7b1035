import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { TrainerError } from '../protocol/errors.ts';
import { serveEngine } from '../serve-engine.ts';
import type { FixtureRequests } from './fixture-requests.ts';

serveEngine<FixtureRequests>('fixture 1.0', {
  async count({ count }, { emit }) {
    for (let number = 1; number <= count; number++) emit(number);
    return { sum: (count * (count + 1)) / 2 };
  },
  async refuse() {
    throw new TrainerError('OUT_OF_MEMORY', 'It takes 2 GB: free them.', { neededBytes: 2e9 });
  },
  async misspell() {
    throw Object.assign(new TrainerError('OUT_OF_MEMORY', 'Out of memory.'), {
      code: 'OUT_OF_MEMROY',
    });
  },
  async stumble() {
    throw new TypeError('undefined is not a tensor');
  },
  async wait(_, { emit, signal }) {
    emit('waiting');
    await once(signal, 'abort');
    return { outcome: 'cancelled' };
  },
  async abort() {
    process.stderr.write('GGML_ASSERT(n_dims <= 4) failed\n');
    process.abort();
  },
  async block({ ignoreTerm }, { emit }) {
    // A JavaScript handler for SIGTERM never runs on a blocked thread: the signal is ignored.
    if (ignoreTerm) process.on('SIGTERM', () => undefined);
    emit('blocked');
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return null;
  },
  async openFile({ path }, { emit }) {
    const opening = open(path, 'r');
    emit('opening');
    await opening;
    return null;
  },
  async binary(numbers) {
    return { doubled: numbers.map((number) => number * 2), big: 2n ** 60n };
  },
});
