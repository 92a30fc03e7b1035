import { AppError } from '../base/app-error.ts';
import { requireSession } from '../project/core-state.ts';
import { listFolder } from '../files/list-folder.ts';
import {
  closeCurrent,
  createAndOpen,
  openExisting,
  recentProjects,
} from '../project/project-service.ts';
import { createSampleProject } from '../sample-project.ts';
import { appVersion } from '../base/app-version.ts';
import { os } from './implement.ts';

const noCommands = async function* (signal: AbortSignal | undefined) {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  yield* [];
};

export const appRouter = {
  info: os.app.info.handler(({ context: { core } }) => ({
    version: appVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    shell: core.config.shell,
    hasNativeDialogs: core.config.host !== undefined,
    author: core.settings.author,
    fileRoots: [...(core.paths.roots ?? [])],
  })),
  setAuthor: os.app.setAuthor.handler(({ context: { core }, input }) => {
    core.settings.author = input.author;
    return { author: core.settings.author };
  }),
  commands: os.app.commands.handler(async function* ({ context: { core }, signal }) {
    yield* core.config.host?.commands(signal) ?? noCommands(signal);
  }),
};

export const projectRouter = {
  current: os.project.current.handler(({ context: { core } }) => core.session?.info() ?? null),
  recent: os.project.recent.handler(({ context: { core } }) => recentProjects(core)),
  create: os.project.create.handler(({ context: { core }, input }) =>
    createAndOpen(core, input.path),
  ),
  createSample: os.project.createSample.handler(({ context: { core }, input }) =>
    createSampleProject(core, input.path),
  ),
  open: os.project.open.handler(({ context: { core }, input }) => openExisting(core, input.path)),
  close: os.project.close.handler(async ({ context: { core } }) => ({
    closed: await closeCurrent(core),
  })),
  watch: os.project.watch.handler(async function* ({ context: { core }, signal }) {
    yield* requireSession(core).changes.watch(signal);
  }),
};

export const filesRouter = {
  pick: os.files.pick.handler(async ({ context: { core }, input }) => {
    if (!core.config.host)
      throw new AppError('INVALID_STATE', 'This shell has no file dialogs: list folders instead');
    return { path: await core.config.host.pickFile(input.purpose, input.suggestedName) };
  }),
  list: os.files.list.handler(({ context: { core }, input }) => listFolder(core.paths, input.path)),
};
