import { aboutProgram } from '../about-program.ts';
import {
  listProjectBackups,
  makeProjectBackup,
  setBackupFolder,
} from '../backups/backup-service.ts';
import { damageReport, takeBackDamaged } from '../backups/damage-service.ts';
import { restoreBackup } from '../backups/restore-service.ts';
import { thirdPartyNotices } from '../base/application.ts';
import { listFolder } from '../files/list-folder.ts';
import { contentsOf, openExisting, saveAs, trustOpenProject } from '../project/open-project.ts';
import {
  closeCurrent,
  closeWhenDone,
  createAndOpen,
  recentProjects,
} from '../project/project-service.ts';
import {
  appInfo,
  changeSettings,
  menuCommands,
  pickFile,
  setAuthor,
} from '../project/shell-service.ts';
import { pipelineFacts } from '../pipeline-service.ts';
import { keepDefaults, projectDefaults } from '../project/project-defaults.ts';
import { createSampleProject, openSampleProject, samplePath } from '../sample-project.ts';
import { os, withProject } from './implement.ts';

/** The program, its settings and the commands of its shell. */
export const appRouter = {
  info: os.app.info.handler(({ context: { core } }) => appInfo(core)),
  about: os.app.about.handler(({ context: { core } }) => aboutProgram(core)),
  notices: os.app.notices.handler(async () => ({ text: await thirdPartyNotices() })),
  settings: os.app.settings.handler(({ context: { core } }) => core.settings.personal()),
  changeSettings: os.app.changeSettings.handler(({ context: { core }, input }) =>
    changeSettings(core, input),
  ),
  setAuthor: os.app.setAuthor.handler(({ context: { core }, input }) =>
    setAuthor(core, input.author),
  ),
  commands: os.app.commands.handler(({ context: { core }, signal }) => menuCommands(core, signal)),
};

/** Opening, making and closing the project. */
export const projectRouter = {
  current: os.project.current.handler(
    async ({ context: { core } }) => (await core.session?.info()) ?? null,
  ),
  recent: os.project.recent.handler(({ context: { core }, signal }) =>
    recentProjects(core, signal),
  ),
  create: os.project.create.handler(({ context: { core }, input }) =>
    createAndOpen(core, input.path, input),
  ),
  createSample: os.project.createSample.handler(({ context: { core }, input }) =>
    createSampleProject(core, input.path, input),
  ),
  open: os.project.open.handler(({ context: { core }, input, signal }) =>
    openExisting(core, input.path, { ...input, signal }),
  ),
  openSample: os.project.openSample.handler(({ context: { core }, input }) =>
    openSampleProject(core, input),
  ),
  sample: os.project.sample.handler(({ context: { core } }) => {
    const path = samplePath(core);
    return path === undefined ? null : { path };
  }),
  opening: os.project.opening.handler(({ context: { core } }) => core.opening),
  saveAs: withProject.project.saveAs.handler(({ context: { core }, input }) =>
    saveAs(core, input.path, input),
  ),
  close: os.project.close.handler(({ context: { core }, input }) => closeCurrent(core, input)),
  closeWhenDone: withProject.project.closeWhenDone.handler(({ context: { core }, input }) =>
    closeWhenDone(core, input.isWanted),
  ),
  ongoing: withProject.project.ongoing.handler(({ context: { session } }) => session.ongoing()),
  contents: withProject.project.contents.handler(({ context: { core, session } }) =>
    contentsOf(core, session),
  ),
  pipeline: withProject.project.pipeline.handler(({ context: { session }, signal }) =>
    pipelineFacts(session, signal),
  ),
  defaults: withProject.project.defaults.handler(({ context: { session } }) =>
    projectDefaults(session),
  ),
  keepDefaults: withProject.project.keepDefaults.handler(({ context: { session }, input }) =>
    keepDefaults(session, input),
  ),
  trust: withProject.project.trust.handler(({ context: { core }, signal }) =>
    trustOpenProject(core, signal),
  ),
  watch: withProject.project.watch.handler(({ context: { session }, signal }) =>
    session.changes.watch(signal),
  ),
};

/** Backups of a project, also of one that cannot be opened. */
export const backupsRouter = {
  list: os.backups.list.handler(({ context: { core }, input }) =>
    listProjectBackups(core, input.path),
  ),
  make: withProject.backups.make.handler(({ context: { session } }) => makeProjectBackup(session)),
  restore: os.backups.restore.handler(({ context: { core }, input }) => restoreBackup(core, input)),
  damage: withProject.backups.damage.handler(({ context: { core, session } }) =>
    damageReport(core, session),
  ),
  takeBack: withProject.backups.takeBack.handler(({ context: { core, session } }) =>
    takeBackDamaged(core, session),
  ),
  folder: os.backups.folder.handler(({ context: { core } }) => ({
    folder: core.settings.backupFolder,
  })),
  setFolder: os.backups.setFolder.handler(({ context: { core }, input, signal }) =>
    setBackupFolder(core, input.folder, signal),
  ),
};

/** Choosing files by the shell’s dialog or by listing folders. */
export const filesRouter = {
  pick: os.files.pick.handler(({ context: { core }, input }) => pickFile(core, input)),
  list: os.files.list.handler(({ context: { core }, input, signal }) =>
    listFolder(core.paths, input.path, signal),
  ),
};
