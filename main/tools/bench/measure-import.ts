import { parseArgs } from 'node:util';
import { PathGuard } from '../../core/files/path-guard.ts';
import { runImport } from '../../core/curate/import/run-import.ts';

// Imports a file, drops its samples, and prints what that took: node measure-import.ts FILE
const [path] = parseArgs({ allowPositionals: true }).positionals;
if (path === undefined) {
  console.error('usage: node measure-import.ts FILE');
  process.exit(2);
}
const startMs = performance.now();
let totalBytes = 0;
let readDoneMs = startMs;
const counts = await runImport(
  { path: new PathGuard(null).check(path), format: 'auto' },
  {
    onBatch: () => undefined,
    onProgress: (progress) => {
      totalBytes = progress.totalBytes;
      if (progress.bytesRead < totalBytes) readDoneMs = performance.now();
    },
  },
);
const seconds = (performance.now() - startMs) / 1000;
const megabytes = totalBytes / 1e6;
console.log({
  ...counts,
  seconds: Number(seconds.toFixed(2)),
  readSeconds: Number(((readDoneMs - startMs) / 1000).toFixed(2)),
  megabytesPerSecond: Number((megabytes / seconds).toFixed(1)),
  peakRssMegabytes: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
});
