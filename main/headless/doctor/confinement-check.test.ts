import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { adviceFor } from './confinement-check.ts';

/** What doctor finds where the variable is set, which is read once in each process. */
function findingWith(setting: string): unknown {
  const url = new URL('./confinement-check.ts', import.meta.url);
  const script = `console.log(JSON.stringify(await (await import('${url.href}')).confinementFinding()))`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, LIMA_CONFINEMENT: setting },
  });
  return JSON.parse(stdout);
}

it('says what engines may do where confinement is switched off, and how to have it again', () => {
  expect(findingWith('off')).toEqual({
    name: 'confinement of engines',
    state: 'missing',
    detail: expect.stringMatching(/may read every file of yours.*\(LIMA_CONFINEMENT=off is set\)$/),
    advice: expect.stringContaining('Unset LIMA_CONFINEMENT'),
  });
});

// Whoever sets it to 0 means "off", and would look for the fault elsewhere.
it.each(['0', 'false', 'OFF'])(
  'calls LIMA_CONFINEMENT=%s a problem: it changes nothing',
  (setting) => {
    expect(findingWith(setting)).toMatchObject({
      state: 'problem',
      detail: expect.stringContaining(`LIMA_CONFINEMENT=${setting} is ignored; an engine`),
      advice: expect.stringContaining('"off"'),
    });
  },
);

it('sends nobody who has a Mac or Windows to look for Landlock', () => {
  expect(adviceFor('linux')).toContain('Landlock');
  expect([adviceFor('darwin'), adviceFor('win32')].join()).not.toContain('Landlock');
});
