import type { RunMetric } from '../../../../shared/domain/run.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { joinFacts } from '../../../../shared/text/progress.ts';
import { formatLoss, formatRate } from '../../../../shared/text/training.ts';
import type { Call } from '../../cli/command.ts';
import type { CoreClient } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

/** A run whose job is queued, and how a person goes on with it once it stopped. */
export interface StartedRun {
  runId: string;
  jobId: string;
  resumeHint: string;
}

/**
 * Waits for the run's job; the newest metric is part of the progress line. Ctrl-C pauses the run.
 */
export async function waitForRun(
  client: CoreClient,
  { runId, jobId, resumeHint }: StartedRun,
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
): Promise<void> {
  let latest: RunMetric | undefined;
  const stop = new AbortController();
  const watching = (async () => {
    for await (const { metrics } of await client.runs.metrics({ runId }, { signal: stop.signal })) {
      latest = metrics.at(-1) ?? latest;
      // Every step once: a job tells how far it is a few times a second, and steps may be faster.
      if (terminal.mode === 'json-lines')
        for (const metric of metrics) terminal.progress('training', '', { jobId, metric });
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) terminal.note(`Metrics are not shown: ${String(error)}`);
  });
  try {
    const detail = () => ({ text: metricText(latest), document: {} });
    await waitForJob(client, { jobId, kind: 'train' }, { terminal, signal, detail, resumeHint });
    // It ends by itself with the run, once it has told the last steps.
    await watching;
  } finally {
    stop.abort();
    await watching;
  }
}

/** A metric in words: epoch, step, loss, learning rate, speed. */
function metricText(metric: RunMetric | undefined): string {
  if (!metric) return '';
  return joinFacts([
    `epoch ${metric.epoch.toFixed(2)}`,
    `step ${formatCount(metric.step)}`,
    `loss ${formatLoss(metric.loss)}`,
    `lr ${formatRate(metric.learningRate)}`,
    `${formatCount(Math.round(metric.tokensPerSecond))} tokens/s`,
  ]);
}
