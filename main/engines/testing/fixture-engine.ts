import { once } from 'node:events';
import { EngineError, serveEngine } from '../serve-engine.ts';
import type { FixtureRequests } from './fixture-requests.ts';

serveEngine<FixtureRequests>('fixture 1.0', {
  async count({ count }, { emit }) {
    for (let number = 1; number <= count; number++) emit(number);
    return { sum: (count * (count + 1)) / 2 };
  },
  async refuse() {
    throw new EngineError('DISK_FULL', 'The disk is full: free 2 GB.', { neededBytes: 2e9 });
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
  async binary(numbers) {
    return { doubled: numbers.map((number) => number * 2), big: 2n ** 60n };
  },
});
