import { globSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundlePrograms } from './bundle-programs.ts';

// Part of the build: puts each program in one file where its compiled entry lies.
const out = resolve(import.meta.dirname, '../../../out');
for (const part of globSync('main/**/part-*.js', { cwd: out })) rmSync(resolve(out, part));
await bundlePrograms(out, out, 'js');
