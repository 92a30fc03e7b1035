import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { ongoingWorkSchema } from '../domain/job.ts';
import { projectAccessSchema, readReasonSchema } from '../domain/project/access.ts';
import { packetInfoSchema } from '../domain/project/packet.ts';
import { projectContentsSchema } from '../domain/project/project-contents.ts';
import { recentStateSchema } from '../domain/project/recent-state.ts';
import { aboutProgramSchema, personalSettingsSchema, preferencesChangeSchema } from './settings.ts';
import { pipelineFactsSchema } from '../domain/project/pipeline.ts';
import {
  projectDefaultsChangeSchema,
  projectDefaultsSchema,
} from '../domain/project/project-defaults.ts';
import { procedure, reading } from './errors.ts';

/** An open project as a whole. */
export const projectInfo = z.object({
  path: z.string(),
  name: z.string(),
  schemaVersion: z.number().int(),
  sizeBytes: z.number().int(),
  samples: z.object({
    pending: z.number().int(),
    accepted: z.number().int(),
    rejected: z.number().int(),
  }),
  datasets: z.number().int(),
  runs: z.number().int(),
  evaluations: z.number().int(),
  notice: z.string().nullable(),
  /** Why there is no new backup; null while there is. */
  backupProblem: z.string().nullable(),
  /** Groups of rows that the disk changed, as far as they were checked yet. */
  damagedGroups: z.number().int(),
  access: projectAccessSchema,
  /** Why it is open for reading only; null while it takes changes. */
  readReason: readReasonSchema.nullable(),
  /** Set when it is a review packet. */
  packet: packetInfoSchema.nullable(),
  /** Somebody closes it as soon as its jobs and answers are done. */
  closesWhenDone: z.boolean(),
});
export type ProjectInfo = z.infer<typeof projectInfo>;

/**
 * What changed in the project; a view that shows the topic asks again. `reviews` means that samples
 * changed their status alone, `samples` anything else about them; `settings` are the person's own;
 * `probes` are answers alone, of which a run gives many; `network` is
 * what the project may ask on this machine.
 */
export const changeTopicSchema = z.enum([
  'project',
  'samples',
  'reviews',
  'datasets',
  'models',
  'runs',
  'probes',
  'prompts',
  'evaluations',
  'settings',
  'labels',
  'chats',
  'network',
  'scans',
]);
export type ChangeTopic = z.infer<typeof changeTopicSchema>;

/** The program itself: version, annotator name, the open project and the recent ones. */
export const appContract = {
  info: reading.output(
    z.object({
      version: z.string(),
      node: z.string(),
      platform: z.string(),
      shell: z.enum(['desktop', 'web', 'cli']),
      hasNativeDialogs: z.boolean(),
      author: z.string(),
      fileRoots: z.array(z.string()),
    }),
  ),
  about: reading.output(aboutProgramSchema),
  /** The licences of the software in it; null where no build has written them. */
  notices: reading.output(z.object({ text: z.string().nullable() })),
  settings: reading.output(personalSettingsSchema),
  /** Changes the preferences that are given; the annotator's name and backups have calls of their own. */
  changeSettings: reading.input(preferencesChangeSchema).output(personalSettingsSchema),
  setAuthor: reading
    .input(z.object({ author: z.string().trim().min(1).max(100) }))
    .output(z.object({ author: z.string() })),
  /** Commands of the desktop menu, for the window to carry out. */
  commands: reading.output(
    eventIterator(z.object({ command: z.string(), path: z.string().optional() })),
  ),
};

/** What ends the open project is refused with JOBS_RUNNING while something goes on, but for this. */
const ending = z.object({ stopJobs: z.boolean().optional() });
export type Ending = z.infer<typeof ending>;

/** How far a project of an earlier version is brought forward before it is opened. */
const openingProgress = z.object({
  path: z.string(),
  step: z.string(),
  done: z.number().int(),
  total: z.number().int(),
});
export type OpeningProgress = z.infer<typeof openingProgress>;

const toOpen = ending.extend({ path: z.string().min(1) });

/** The project file: one at a time in one core. */
export const projectContract = {
  current: reading.output(projectInfo.nullable()),
  recent: reading.output(
    z.array(
      z.object({
        path: z.string(),
        name: z.string(),
        openedMs: z.number(),
        exists: z.boolean(),
        /** The disk that it is on does not answer: nobody knows whether it is there. */
        isSilent: z.boolean(),
        /** As when it was last open here: its file is not looked into. Null while not known. */
        sizeBytes: z.number().nullable(),
        samples: z.number().int().nullable(),
        state: recentStateSchema.nullable(),
        /** Jobs that go on in it, where it is the open one. */
        ongoing: z.number().int(),
      }),
    ),
  ),
  create: reading.input(toOpen).output(projectInfo),
  /** A new project with samples, dataset, prompts and the base model that come with the program. */
  createSample: reading.input(toOpen).output(projectInfo),
  /**
   * Opens the sample project of the program's own folder, where it was left; a new one where there
   * is none that can be opened, or where `isFresh` asks for it. Those from before stay.
   */
  openSample: reading
    .input(ending.extend({ isFresh: z.boolean().default(false) }))
    .output(projectInfo),
  /** Where the sample project of the program's own folder is; null before the first. */
  sample: reading.output(z.object({ path: z.string() }).nullable()),
  /** Brings it forward first where an earlier version wrote it; ending the call takes that back. */
  open: reading.input(toOpen).output(projectInfo),
  /** How far an opening is that brings a project forward; null while none does. */
  opening: reading.output(openingProgress.nullable()),
  /** Saves the project, as it is open, as a new file, and goes on in that; jobs stop for it. */
  saveAs: reading.input(toOpen).output(projectInfo),
  /**
   * `savedAs` is where the project was saved because somebody had taken its file away; null as a
   * rule.
   */
  close: reading
    .input(ending.optional())
    .output(z.object({ closed: z.boolean(), savedAs: z.string().nullable() })),
  /** Closes the project once nothing goes on in it, at once when nothing does; or keeps it open. */
  closeWhenDone: reading.input(z.object({ isWanted: z.boolean() })),
  /** What closing the open project would end. */
  ongoing: reading.output(ongoingWorkSchema),
  /** What the open project holds and who wrote it; the schema version is the file's own. */
  contents: reading.output(projectContentsSchema),
  /** Trusts the open project from now on, and opens it for changes. */
  trust: reading.output(projectInfo),
  /** How far the project is on its way from samples to a verdict. */
  pipeline: reading.output(pipelineFactsSchema),
  /** What the forms open with: recipe, prompt set, sampling. */
  defaults: reading.output(projectDefaultsSchema),
  /** Keeps some of them with the project; null forgets one. */
  keepDefaults: procedure.input(projectDefaultsChangeSchema).output(projectDefaultsSchema),
  /** Topics as they change, from now on; at most a few a second. */
  watch: reading.output(eventIterator(z.object({ topics: z.array(changeTopicSchema) }))),
};

const fileEntry = z.object({
  name: z.string(),
  path: z.string(),
  isDirectory: z.boolean(),
  sizeBytes: z.number(),
  modifiedMs: z.number(),
});
export type FileEntry = z.infer<typeof fileEntry>;

/** Choosing files: the desktop's own dialog, or a listing of the allowed folders. */
export const filesContract = {
  pick: reading
    .input(
      z.object({
        purpose: z.enum([
          'open-project',
          'new-project',
          'import',
          'model',
          'adapter',
          'prompts',
          'save',
        ]),
        suggestedName: z.string().optional(),
      }),
    )
    .output(z.object({ path: z.string().nullable() })),
  list: reading
    .input(z.object({ path: z.string().optional() }))
    .output(
      z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(fileEntry) }),
    ),
};
