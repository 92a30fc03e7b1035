import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { turnAnswerSchema } from '../domain/evaluate/dialogue.ts';
import { answerFinishSchema } from '../domain/evaluate/evaluation.ts';
import {
  identitySchema,
  samplingSchema,
  systemSpecSchema,
  type Identity,
  type Sampling,
  type SystemSpec,
} from '../domain/identity.ts';
import { fewShotSchema } from '../domain/few-shot.ts';
import { mostTemplateCharacters } from '../domain/recipe/recipe.ts';
import { hashSchema } from '../domain/stored-value.ts';
import { ofPanes, paneIds, paneSchema, type PaneId } from '../domain/chat/chat-pane.ts';
import { messageSchema } from '../domain/message.ts';
import { askedHashesSchema, tokenShiftSchema } from '../domain/chat/token-shift.ts';
import { procedure, reading } from './errors.ts';

const finishSchema = z.enum(['stop', 'length', 'cancelled']);

/** A finished answer with what the engine says it ran; of a failed one `output` is the reason. */
const answerSchema = z.object({
  output: z.string(),
  finish: finishSchema.or(answerFinishSchema),
  promptTokens: z.number().int(),
  outputTokens: z.number().int(),
  /** In chat: how many tokens prompt and answer can have together. */
  contextTokens: z.number().int().optional(),
  durationMs: z.number(),
  identity: identitySchema,
});
export type ChatAnswer = z.infer<typeof answerSchema>;

const panesOf = <Schema extends z.ZodType>(schema: Schema) => z.object(ofPanes(() => schema));

/** One exchange of a stored conversation; `identity` is null where the file does not tell it. */
export interface StoredTurn {
  prompt: string;
  output: string;
  finish: z.infer<typeof finishSchema> | null;
  identity: Identity | null;
  /** What stood before the conversation when this was answered; empty for none. */
  systemPrompt: string;
  /**
   * Where the conversation went other ways from here: of each, this one among them, the id of its
   * last answer, the oldest way first. Empty where there is no other.
   */
  branches: string[];
  /** The place of this one in `branches`. */
  branch: number;
}

const storedTurnSchema: z.ZodType<StoredTurn> = z.object({
  prompt: z.string(),
  output: z.string(),
  finish: finishSchema.nullable(),
  identity: identitySchema.nullable(),
  systemPrompt: z.string(),
  branches: z.array(z.string()),
  branch: z.number().int(),
});

/** A conversation as it stands: of a prompt that was asked again, the last answer. */
export interface Conversation {
  id: string;
  /** What a person called it; null shows its first prompt. */
  name: string | null;
  panes: Record<PaneId, StoredTurn[]>;
  /** Answers that are stored and were replaced: by asking again, or in another copy. */
  replaced: number;
  /** Panes that are being answered at this moment. */
  answering: PaneId[];
}

// Named types: with all of them spelled out the contract is longer than the compiler writes down.
const conversationSchema: z.ZodType<Conversation> = z.object({
  id: z.string(),
  name: z.string().nullable(),
  panes: panesOf(z.array(storedTurnSchema)),
  replaced: z.number().int(),
  answering: z.array(paneSchema),
});

/** A conversation in the list of all. */
export interface ConversationSummary {
  id: string;
  name: string | null;
  /** How its first prompt begins. */
  opening: string;
  answers: number;
  /** What gave the last answer of each pane; null where nothing was asked. */
  systems: Record<PaneId, Pick<Identity, 'baseName' | 'adapterName'> | null>;
  changedMs: number;
}

const conversationSummarySchema: z.ZodType<ConversationSummary> = z.object({
  id: z.string(),
  name: z.string().nullable(),
  opening: z.string(),
  answers: z.number().int(),
  systems: panesOf(identitySchema.pick({ baseName: true, adapterName: true }).nullable()),
  changedMs: z.number(),
});

/** What a person left in the Chat tab: of one project, on this machine. */
export interface ChatState {
  conversationId: string;
  draft: string;
  systemPrompt: string;
  target: 'both' | PaneId;
  systems: Record<PaneId, SystemSpec | null>;
  /** How many panes are shown. */
  paneCount: number;
  sampling: Sampling;
}

/** What is read of it again, wherever it was kept. */
export const chatStateSchema: z.ZodType<ChatState> = z.object({
  conversationId: z.string().max(200),
  draft: z.string().max(1_000_000),
  systemPrompt: z.string().max(1_000_000).default(''),
  target: z.enum(['both', ...paneIds]),
  systems: panesOf(systemSpecSchema.nullable().default(null)),
  paneCount: z.number().int().min(1).max(paneIds.length).default(2),
  sampling: samplingSchema,
});

/** Tokens that were measured so far, of the answer under its system and again under its base. */
const measuredSchema = z.object({
  type: z.literal('measured'),
  done: z.number().int(),
  total: z.number().int(),
});
const shiftEventSchema = z.object({ type: z.literal('shift'), shift: tokenShiftSchema });

export const chatContract = {
  /** Conversations, the last one that was answered first; `total` counts those that match. */
  list: reading
    .input(
      z
        .object({
          /** Words of a prompt, an answer or a name, in any order. */
          query: z.string().max(1000).default(''),
          limit: z.number().int().min(1).max(10_000).default(100),
        })
        .prefault({}),
    )
    .output(
      z.object({
        conversations: z.array(conversationSummarySchema),
        total: z.number(),
      }),
    ),
  /**
   * One conversation; without a turn where nothing is stored under this id. A pane shows what its
   * last answer stands on, or that of `branches` which is one of its own.
   */
  get: reading
    .input(z.object({ id: z.string(), branches: z.array(z.string()).max(100).default([]) }))
    .output(conversationSchema),
  /** What this person left in the tab; `project` goes with what is saved. */
  state: reading.output(z.object({ project: z.string(), state: chatStateSchema.nullable() })),
  /** Keeps what stands in the tab; the project file does not change. */
  saveState: reading
    .input(z.object({ project: z.string().max(200), state: chatStateSchema }))
    .output(z.object({ saved: z.boolean() })),
  /** What is known of the samples that an adapter was trained on; null where nothing is. */
  training: reading.input(z.object({ checkpointId: z.string() })).output(
    z
      .object({
        datasetName: z.string(),
        samples: z.number(),
        isSingleTurn: z.boolean(),
      })
      .nullable(),
  ),
  /** Streams one answer of one system; aborting the call stops it and keeps what came. */
  send: procedure
    .input(
      z.object({
        conversationId: z.string(),
        pane: paneSchema,
        system: systemSpecSchema,
        messages: z.array(messageSchema).min(1),
        sampling: samplingSchema.prefault({}),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('loading') }),
          z.object({ type: z.literal('text'), text: z.string() }),
          z.object({ type: z.literal('answer'), answer: answerSchema }),
        ]),
      ),
    ),
  /**
   * Measures an answer that is there token by token: how likely each was for its system, and for
   * the base of that behind the same tokens. Nothing is stored; aborting the call stops it.
   */
  tokenShift: reading
    .input(
      z.object({
        pane: paneSchema,
        system: systemSpecSchema,
        /** All that was said before the answer. */
        messages: z.array(messageSchema).min(1),
        output: z.string().min(1),
        /** How the answer was asked: refused where the system would be asked otherwise by now. */
        asked: askedHashesSchema.optional(),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('loading') }),
          measuredSchema,
          shiftEventSchema,
        ]),
      ),
    ),
  /** Stops an answer that is being written; its stream then ends with what came, labelled. */
  stop: reading
    .input(z.object({ conversationId: z.string(), pane: paneSchema }))
    .output(z.object({ stopped: z.boolean() })),
  /** Frees the memory of the loaded model. */
  unload: reading.output(z.object({ unloaded: z.boolean() })),
};

/** A base model with an optional adapter, both named by file: no project has to know them. */
export const fileSystemSchema = z.object({
  basePath: z.string().min(1),
  adapterPath: z.string().min(1).nullable().default(null),
  strength: z.number().min(0).max(4).default(1),
  /** The base that the adapter was trained on, where the caller knows; else the files are asked. */
  adapterBaseSha256: hashSchema.nullable().default(null),
  /** Allows an adapter that was trained on another base of the same shape; answers record it. */
  otherBase: z.boolean().default(false),
  /** A chat template in Jinja instead of that of the adapter or the base; empty: nobody chose one. */
  chatTemplate: z.string().max(mostTemplateCharacters).default(''),
  /** Examples before every prompt; absent: none. */
  fewShot: fewShotSchema.optional(),
});
export type FileSystem = z.infer<typeof fileSystemSchema>;

export const generationsContract = {
  /**
   * Streams the answers of one system to many prompts, in the order they finish; needs no project
   * and stores nothing. Dialogues are asked turn by turn. Aborting the call stops it.
   */
  run: reading
    .input(
      z
        .object({
          system: fileSystemSchema,
          items: z
            .array(
              z.object({
                key: z.string(),
                messages: z.array(messageSchema).min(1),
              }),
            )
            .min(1)
            .max(100_000),
          sampling: samplingSchema.prefault({}),
          /** Answers side by side at most; absent: as many as gain time on this machine. */
          parallel: z.number().int().min(1).max(64).optional(),
          /** One prompt as chat asks it: with the seed as it is, and `text` as it comes. */
          asChat: z.boolean().default(false),
          /**
           * Of one prompt that is asked as chat asks it: whether its answer is measured token by
           * token, against this base where it is not the one that an adapter lies on.
           */
          tokenShift: z
            .object({ basePath: z.string().min(1).nullable().default(null) })
            .nullable()
            .default(null),
        })
        .refine(({ asChat, items }) => !asChat || items.length === 1, 'chat asks one prompt')
        .refine(({ asChat, tokenShift }) => asChat || tokenShift === null, 'chat alone measures'),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('loading') }),
          /** What is odd about the base model though it can be used. */
          z.object({ type: z.literal('warning'), text: z.string() }),
          z.object({ type: z.literal('text'), text: z.string() }),
          /** A turn of a dialogue that is not its last one. */
          z.object({ type: z.literal('turn'), key: z.string() }),
          z.object({
            type: z.literal('answer'),
            key: z.string(),
            answer: answerSchema,
            /** All answers of a dialogue, which the one above is the last of. */
            turns: z.array(turnAnswerSchema).optional(),
          }),
          measuredSchema,
          shiftEventSchema,
        ]),
      ),
    ),
};
