import { join } from 'node:path';
import { selfTestSchema, type SelfTest } from '../../../shared/domain/device.ts';
import { StoredList } from './stored-list.ts';

/** The self-tests of this machine's devices, kept in the folder of the person's settings. */
export const deviceTests = (userDataDir: string): StoredList<SelfTest> =>
  new StoredList(join(userDataDir, 'device-tests.json'), {
    schema: selfTestSchema,
    subjectOf: (test) =>
      [test.device, test.description, test.architecture, test.weightTypes, test.method].join('\n'),
    most: 200,
  });
