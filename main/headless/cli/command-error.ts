import { ORPCError } from '@orpc/server';
import { z } from 'zod';
import { InputFileError } from '../../input-files/input-file.ts';
import type { Terminal } from './terminal.ts';

/** Wrong usage of the command line: the message says what is wrong with which word. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Something a command could not do, with a code for programs. Exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: string;
  readonly data: Record<string, unknown>;
  constructor(code: string, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** What the core threw at a command that asked it for more than calls, with its code and values. */
export function commandErrorOf(error: unknown): unknown {
  const parsed = codedError.safeParse(error);
  if (!(error instanceof Error) || !parsed.success) return error;
  return new CommandError(parsed.data.code, error.message, parsed.data.data);
}

const codedError = z.object({
  code: z.string(),
  data: z.record(z.string(), z.unknown()).default({}),
});

/** The person stopped the command; what was finished before is kept. Exit code 130. */
export class CancelledError extends CommandError {
  constructor(message = 'Cancelled. What was finished before is kept.') {
    super('CANCELLED', message);
  }
}

/** Exit codes of every command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

interface Failure {
  code: string;
  message: string;
  data: unknown;
  exitCode: number;
}

/** Tells what went wrong, as a line or as `{error: {code, message, data}}`; returns the exit code. */
export function reportError(error: unknown, terminal: Terminal): number {
  const { code, message, data, exitCode } = withAdvice(describeFailure(error));
  if (terminal.mode === 'human') terminal.note(`${code}: ${message}`);
  else terminal.result({ error: { code, message, data } }, '');
  return exitCode;
}

const replaceable = z.object({ canReplace: z.literal(true) });

/** The window asks whether a file may be replaced; here it is said beforehand. */
function withAdvice(failure: Failure): Failure {
  if (failure.code === 'ADAPTER_OTHER_BASE')
    return {
      ...failure,
      message: `${failure.message} With --other-base an adapter is used all the same, and answers record it.`,
    };
  if (!replaceable.safeParse(failure.data).success) return failure;
  return { ...failure, message: `${failure.message}. With --overwrite it is replaced.` };
}

function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError)
    return { code: 'USAGE', message: error.message, data: {}, exitCode: exitCodes.usage };
  if (error instanceof CommandError) {
    const exitCode = error instanceof CancelledError ? exitCodes.cancelled : exitCodes.failed;
    return { code: error.code, message: error.message, data: error.data, exitCode };
  }
  if (error instanceof ORPCError) return describeCoreError(error);
  if (error instanceof InputFileError)
    return {
      code: error.code,
      message: error.message,
      data: error.data,
      exitCode: exitCodes.failed,
    };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, data: {}, exitCode: exitCodes.failed };
}

/** A refused input is wrong usage: the words were understood but not their values. */
function describeCoreError(error: ORPCError<string, unknown>): Failure {
  const data = error.data ?? {};
  if (error.code !== 'BAD_REQUEST') {
    const code = error.code === 'INTERNAL_SERVER_ERROR' ? 'INTERNAL' : error.code;
    return { code, message: error.message, data, exitCode: exitCodes.failed };
  }
  const message = `${error.message}: ${issueTexts(data).join('; ')}`;
  return { code: 'USAGE', message, data, exitCode: exitCodes.usage };
}

const issuesSchema = z.object({
  issues: z.array(z.object({ path: z.array(z.unknown()).default([]), message: z.string() })),
});

function issueTexts(data: unknown): string[] {
  const parsed = issuesSchema.safeParse(data);
  if (!parsed.success) return [];
  return parsed.data.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
}
