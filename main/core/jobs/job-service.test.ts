import { describe, expect, test } from 'vitest';
import {
  isJobFinished,
  jobStateSchema,
  nextJobState,
  type JobEvent,
  type JobSnapshot,
  type JobState,
} from '../../../shared/domain/job.ts';
import type { JobResult } from '../../../shared/contract/job-kinds.ts';
import { updateJob } from '../../store/repositories/jobs.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { aProject, type TestProject } from '../../store/testing/a-project.ts';
import { AppError } from '../base/app-error.ts';
import { Log } from '../base/log.ts';
import { type JobContext, type JobHandler, ProgressMeter } from './job-handler.ts';
import { PathGuard } from '../files/path-guard.ts';
import { JobService } from './job-service.ts';

const events: JobEvent[] = [
  ...(['start', 'pause', 'paused', 'cancel', 'succeed'] as const),
  ...(['fail', 'stopped', 'crash', 'resume'] as const),
];

test('each job state takes exactly the events of this table', () => {
  const table = Object.fromEntries(
    jobStateSchema.options.map((state) => [
      state,
      events.flatMap((event) => {
        const next = nextJobState(state, event);
        return next ? `${event} → ${next}` : [];
      }),
    ]),
  );
  expect(table).toEqual({
    queued: ['start → running', 'pause → paused', 'cancel → cancelled', 'crash → interrupted'],
    running: [
      'pause → pausing',
      'paused → paused',
      'cancel → cancelling',
      'succeed → succeeded',
      'fail → failed',
      'crash → interrupted',
    ],
    pausing: [
      'paused → paused',
      'cancel → cancelling',
      'succeed → succeeded',
      'fail → failed',
      'crash → interrupted',
    ],
    paused: ['cancel → cancelled', 'resume → queued'],
    cancelling: [
      'succeed → succeeded',
      'fail → failed',
      'stopped → cancelled',
      'crash → cancelled',
    ],
    succeeded: [],
    failed: ['resume → queued'],
    cancelled: ['resume → queued'],
    interrupted: ['cancel → cancelled', 'resume → queued'],
  } satisfies Record<JobState, string[]>);
});

const guard = new PathGuard(null);

type WorkKind = 'import' | 'train' | 'generate';

/** A handler whose jobs end when the test says so. */
class Work implements JobHandler {
  readonly started: JobContext[] = [];
  readonly #ends: PromiseWithResolvers<void>[] = [];
  readonly kind: WorkKind;
  readonly resource: JobHandler['resource'];

  constructor(kind: WorkKind, resource: JobHandler['resource']) {
    this.kind = kind;
    this.resource = resource;
  }

  async execute(_payload: unknown, context: JobContext): Promise<JobResult> {
    const end = Promise.withResolvers<void>();
    context.signal.addEventListener('abort', () => end.reject(context.signal.reason));
    this.started.push(context);
    this.#ends.push(end);
    await end.promise;
    return resultsOf(this.started.length)[this.kind];
  }

  succeed(): void {
    this.#ends.at(-1)?.resolve();
  }

  fail(error: Error): void {
    this.#ends.at(-1)?.reject(error);
  }
}

function aService(project: TestProject, ...handlers: JobHandler[]): JobService {
  const service = new JobService(project.file.db, { log: new Log(project.folder), paths: guard });
  for (const handler of handlers) service.register(handler);
  return service;
}

/** What a job of each kind leaves when it was run this often. */
const resultsOf = (count: number): { [Kind in WorkKind]: JobResult<Kind> } => ({
  import: {
    format: 'alpaca',
    read: count,
    added: 0,
    duplicates: 0,
    deleted: 0,
    dryRun: false,
    rows: [{ outcome: 'unusable', reason: 'no answer', rows: count }],
    ignoredFields: [],
    errors: [],
    errorsTotal: 0,
    encoding: 'utf-8',
  },
  train: { runId: 'r', steps: count, engine: 'ggml', device: 'CPU' },
  generate: { evaluationId: 'e', answers: count },
});

const payloads = {
  import: guard.checkPaths({
    path: '/a.jsonl',
    format: 'auto',
    dryRun: false,
    author: 'me',
  } as const),
  train: { runId: 'r' },
  generate: { evaluationId: 'e' },
} as const;

const aJob = (kind: keyof typeof payloads, title = 'job') => ({
  kind,
  title,
  subjectId: null,
  payload: payloads[kind],
});

async function reached(service: JobService, id: string, state: JobState): Promise<JobSnapshot> {
  for await (const job of service.watch(0, undefined))
    if (job.id === id && job.state === state) return job;
  throw new Error(`The watch ended before ${id} was ${state}`);
}

describe('a job service', () => {
  test('runs one accelerator job at a time, and an import beside it', async () => {
    using project = aProject();
    const [train, generate, importing] = [
      new Work('train', 'accelerator'),
      new Work('generate', 'accelerator'),
      new Work('import', 'disk'),
    ];
    const service = aService(project, train, generate, importing);
    const [first, second, third] = [
      service.start(aJob('train')),
      service.start(aJob('generate')),
      service.start(aJob('import')),
    ];
    await reached(service, third.id, 'running');
    expect([service.get(first.id).state, service.get(second.id).state]).toEqual([
      'running',
      'queued',
    ]);
    train.succeed();
    await reached(service, second.id, 'running');
    expect(service.get(first.id)).toMatchObject({ state: 'succeeded', result: { steps: 1 } });
    await service.close();
  });

  test('never starts a job that was cancelled while it waited', async () => {
    using project = aProject();
    const work = new Work('train', 'accelerator');
    const service = aService(project, work);
    const [first, second] = [service.start(aJob('train')), service.start(aJob('train'))];
    await reached(service, first.id, 'running');
    expect(service.cancel(second.id)).toMatchObject({
      state: 'cancelled',
      finishedMs: expect.any(Number),
    });
    work.succeed();
    await reached(service, first.id, 'succeeded');
    expect(work.started).toHaveLength(1);
    expect(service.cancel(first.id).state).toBe('succeeded');
    await service.close();
  });

  // A thread may wait for a network disk that never answers: nothing reaches its handler then.
  test('ends a cancelled job though its handler never does, and goes on', async () => {
    using project = aProject();
    const stuck: JobHandler = {
      kind: 'train',
      resource: 'accelerator',
      execute: () => new Promise<never>(() => undefined),
    };
    const service = aService(project, stuck, new Work('generate', 'accelerator'));
    const [first, second] = [service.start(aJob('train')), service.start(aJob('generate'))];
    await reached(service, first.id, 'running');
    expect(service.cancel(first.id).state).toBe('cancelling');
    await reached(service, first.id, 'cancelled');
    await reached(service, second.id, 'running');
    await service.close();
  });

  test('stores no job whose subject could not be stored', async () => {
    using project = aProject();
    const service = aService(project, new Work('train', 'accelerator'));
    const start = () =>
      service.start(aJob('train'), () => {
        throw new AppError('DISK_FULL', 'no space');
      });
    expect(start).toThrow('no space');
    expect(service.list()).toEqual([]);
    await service.close();
  });

  test('keeps why a job failed, and resumes only what has stopped without success', async () => {
    using project = aProject();
    const [resumable, single] = [new Work('import', 'disk'), new Work('train', 'accelerator')];
    const service = aService(project, resumable, single);
    const [first, second] = [service.start(aJob('import')), service.start(aJob('train', 'my run'))];
    await reached(service, second.id, 'running');
    expect(() => service.resume(first.id)).toThrow(/running and cannot be resumed/);
    resumable.fail(new AppError('DISK_FULL', 'no space'));
    single.fail(new Error('secret stack'));
    const failed = await reached(service, first.id, 'failed');
    expect(failed.error).toEqual({ code: 'DISK_FULL', message: 'no space', detail: '' });
    const { error } = await reached(service, second.id, 'failed');
    expect(error).toEqual({
      code: 'INTERNAL',
      message: expect.stringMatching(/incident [0-9a-f]{8}/),
      detail: '',
    });
    service.resume(first.id);
    expect(await reached(service, first.id, 'running')).toMatchObject({ error: null });
    resumable.succeed();
    expect((await reached(service, first.id, 'succeeded')).result).toEqual(resultsOf(2).import);
    expect(() => service.resume(first.id)).toThrow(/succeeded and cannot be resumed/);
    await service.close();
  });

  test('sends a resumed watch each later change once', async () => {
    using project = aProject();
    const work = new Work('import', 'disk');
    const service = aService(project, work);
    const { id } = service.start(aJob('import'));
    const { revision } = await reached(service, id, 'running');
    work.succeed();
    await reached(service, id, 'succeeded');
    const seen: JobState[] = [];
    const watch = (async () => {
      for await (const job of service.watch(revision, undefined)) seen.push(job.state);
    })();
    await service.close();
    await watch;
    expect(seen).toEqual(['succeeded']);
  });

  test('counts revisions on across projects', async () => {
    using project = aProject();
    const before = aService(project, new Work('import', 'disk'));
    const { revision } = before.start(aJob('import'));
    await before.close();
    const after = aService(project);
    expect(Math.min(...after.list().map((job) => job.revision))).toBeGreaterThan(revision);
    await after.close();
  });

  test('leaves waiting and running jobs interrupted when it closes', async () => {
    using project = aProject();
    const service = aService(project, new Work('train', 'accelerator'));
    const [first, second] = [service.start(aJob('train')), service.start(aJob('train'))];
    await reached(service, first.id, 'running');
    await service.close();
    const reopened = aService(project);
    for (const { id } of [first, second]) {
      const { state, finishedMs } = reopened.get(id);
      expect([state, isJobFinished(state)]).toEqual(['interrupted', true]);
      expect(finishedMs).not.toBeNull();
    }
    await reopened.close();
  });

  test('finishes a cancel that a crash overtook when the project opens again', () => {
    using project = aProject();
    const service = aService(project);
    const job = service.start(aJob('train'));
    updateJob(project.file.db, { ...job, state: 'cancelling' });
    project.file.close();
    const file = openProjectFile(project.path);
    const reopened = new JobService(file.db, { log: new Log(project.folder), paths: guard });
    expect(reopened.get(job.id).state).toBe('cancelled');
    file.close();
  });
});

test('the time left comes from the rate of the phase, once a second of it is known', () => {
  let nowMs = 0;
  const meter = new ProgressMeter(() => nowMs);
  const etaAt = (ms: number, phase: string, done: number, total = 100) => {
    nowMs = ms;
    return meter.measure({ phase, done, total, unit: 'steps' }).etaMs;
  };
  // Resumed at 20: the rate counts from there.
  expect(etaAt(0, 'training', 20)).toBeNull();
  expect(etaAt(500, 'training', 30)).toBeNull();
  expect(etaAt(2000, 'training', 40)).toBe(6000);
  expect(etaAt(4000, 'training', 100)).toBe(0);
  expect(etaAt(4000, 'saving', 0)).toBeNull();
  expect(etaAt(9000, 'saving', 5, 0)).toBeNull();
});
