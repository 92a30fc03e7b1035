import { z } from 'zod';

const values = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  textSize: z.enum(['normal', 'large', 'larger']),
  /** What Enter does where a message is written; with Shift it does the other. */
  enterKey: z.enum(['sends', 'breaks-line']),
  /** Whether the end of a long job is told while nobody looks at the window. */
  notifies: z.boolean(),
});
const { theme, textSize, enterKey, notifies } = values.shape;

/** How a person wants every window to be; a value that this program does not know counts as unset. */
export const preferencesSchema = z.object({
  theme: theme.default('system').catch('system'),
  textSize: textSize.default('normal').catch('normal'),
  enterKey: enterKey.default('sends').catch('sends'),
  notifies: notifies.default(false).catch(false),
});
export type Preferences = z.output<typeof preferencesSchema>;

/** The preferences of a person who never changed any. */
export const defaultPreferences: Preferences = preferencesSchema.parse({});

/** What one person has set on this machine, for every project. */
export const personalSettingsSchema = values.extend({
  /** The name that reviews, votes and edits are stored under. */
  author: z.string(),
  /** Where backups of all projects go; null puts them beside each project. */
  backupFolder: z.string().nullable(),
});
export type PersonalSettings = z.output<typeof personalSettingsSchema>;

/** Preferences to change; those left out stay as they are. */
export const preferencesChangeSchema = values.partial().strict();
export type PreferencesChange = z.output<typeof preferencesChangeSchema>;

/** What the program is and what it runs on, for a person and for a report of a defect. */
export const aboutProgramSchema = z.object({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  /** Who the engines say they are, such as `node-llama-cpp 3.22.1, llama.cpp v0.5.0`. */
  engines: z.array(z.object({ part: z.string(), name: z.string(), isLoaded: z.boolean() })),
  memoryFreeBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskFreeBytes: z.number(),
  settingsFolder: z.string(),
  logPath: z.string(),
});
export type AboutProgram = z.output<typeof aboutProgramSchema>;
