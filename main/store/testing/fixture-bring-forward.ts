import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { backupFolder } from '../backups/backup-list.ts';
import { bringProjectForward } from '../file/open-project-file.ts';
import { stampOf } from '../file/file-state.ts';
import { realPath } from '../file/project-side-files.ts';

// A program that brings a project forward and says each step, until somebody kills it.
const path = argv[2] ?? '';
bringProjectForward(path, {
  backups: backupFolder(path, null),
  inspected: stampOf(realPath(path)),
  onStep: (step) => writeSync(1, `${step}\n`),
});
