import type { EndpointTrial, LoggedRequest } from '../contract/network.ts';
import { formatDuration } from './numbers.ts';

/** How a request ended: the status, why there is none, or that nothing is known of its end. */
export function requestOutcome({ status, error, ms }: LoggedRequest): string {
  if (error !== null) return error;
  if (status !== null) return String(status);
  return ms === null ? 'no end is noted' : 'no response';
}

/** What an endpoint said of itself when it was asked for a word, in one line. */
export function trialText({ saidModel, server, ms, hasLogprobs }: EndpointTrial): string {
  return [
    `It answers in ${formatDuration(ms)}`,
    saidModel === null ? 'without naming a model' : `as ${saidModel}`,
    ...(server === null ? [] : [`server ${server}`]),
    hasLogprobs
      ? 'with probabilities of tokens, which judges read'
      : 'without probabilities of tokens: a judge is asked several times instead',
  ].join(', ');
}
