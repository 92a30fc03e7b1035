import { confinementVariable, meaninglessSetting } from '../../engines/confinement/launcher.ts';
import { tryConfinement } from '../../engines/confinement/try-confinement.ts';
import { ok, type Finding } from './finding.ts';

/** What keeps an engine that a file took over from the rest of this machine, tried and not asked. */
export async function confinementFinding(): Promise<Finding> {
  const name = 'confinement of engines';
  const setting = meaninglessSetting();
  const { holds, lacks, reason } = await tryConfinement();
  const why = lacks.length === 0 ? '' : ` (${reason})`;
  const detail = `an engine (what reads models and projects) ${[...holds, ...lacks].join(', ')}${why}`;
  if (setting !== undefined) {
    const ignored = `${confinementVariable}=${setting} is ignored; ${detail}`;
    const advice = `Set ${confinementVariable} to "off" to switch it off, or unset it.`;
    return { name, state: 'problem', detail: ignored, advice };
  }
  if (lacks.length === 0) return ok(name, detail);
  return { name, state: 'missing', detail, advice: adviceFor(process.platform) };
}

/** What to do where something lacks. */
export function adviceFor(platform: NodeJS.Platform): string {
  if (process.env[confinementVariable] === 'off')
    return `Everything works without. Unset ${confinementVariable} unless a driver fails with it.`;
  if (platform === 'linux')
    return (
      'Everything works without. Linux 6.12 or newer with Landlock and seccomp has all of it, ' +
      '5.13 that of files; a container may keep either away.'
    );
  return (
    'Everything works without. Files of people you do not know are opened most safely on Linux ' +
    '6.12 or newer.'
  );
}
