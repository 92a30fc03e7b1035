import { writePeerJob } from './main/trainer/bench/peer-job.ts';
import { measureOwnRun } from './main/trainer/bench/own-run.ts';
import { mkdtempSync } from 'node:fs';
for (const t of ['F32','BF16'] as const) { const d = mkdtempSync('/tmp/pj-'); const job = await writePeerJob(d, t, 2); for (let i=0;i<2;i++) console.log(t, job.tokensPerStep, job.steps, (job.tokensPerStep*1000/await measureOwnRun(job)).toFixed(0)); }
