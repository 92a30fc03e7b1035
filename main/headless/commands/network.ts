import type { NetworkStatus } from '../../../shared/contract/network.ts';
import { displayLine } from '../../../shared/text/foreign-text.ts';
import { requestOutcome, trialText } from '../../../shared/text/network.ts';
import { formatBytes, formatQuantity, formatTime } from '../../../shared/text/numbers.ts';
import { readInputFile } from '../../input-files/input-file.ts';
import { allowEndpoint, endpointIn, networkOption } from '../arguments/endpoint-word.ts';
import { defineCommand, positional, wholeNumber } from '../cli/command.ts';
import { UsageError } from '../cli/command-error.ts';
import { openCore, openCoreWithProject } from '../cli/open-core.ts';

const mostKeyBytes = 16_384;
const switches = ['on', 'off'];

/** `lima network`: shows whether a project may ask endpoints from this machine, or sets it. */
export const networkCommand = defineCommand({
  name: 'network',
  usage: 'network P.lima [on|off] [--add URL] [--remove URL]',
  summary: 'Show or set whether a project may ask endpoints from this machine, and which.',
  positionals: { min: 1, max: 2 },
  options: {
    add: { type: 'string', value: 'URL', description: 'a base URL that the project may ask' },
    remove: { type: 'string', value: 'URL', description: 'one that it may ask no more' },
  },
  details: () => [
    '',
    'It is off until you turn it on. What you set is kept in your own settings on this machine,',
    'never in the project file. Commands with --network turn it on for as long as they run.',
  ],
  async run(call) {
    const [, wanted] = call.positionals;
    if (wanted !== undefined && !switches.includes(wanted))
      throw new UsageError(`"${wanted}" is neither on nor off.`);
    const { add, remove } = call.options;
    await using project = await openCoreWithProject(call);
    const { network } = project.client;
    if (add !== undefined) await network.allow({ baseUrl: add });
    if (remove !== undefined) await network.forget({ baseUrl: remove });
    if (wanted !== undefined) await network.setEnabled({ isEnabled: wanted === 'on' });
    const status = await network.status();
    call.terminal.result({ ...status }, describeStatus(status));
  },
});

function describeStatus({ isEnabled, endpoints, requests, logPath }: NetworkStatus): string {
  return [
    `Network is ${isEnabled ? 'on' : 'off'} for this project on this machine.`,
    ...endpoints.map(({ baseUrl, hasKey }) => `${baseUrl}${hasKey ? '  (key stored)' : ''}`),
    `${formatQuantity(requests, 'request')} so far: ${logPath}`,
  ].join('\n');
}

/** `lima network log`: every request of a project to endpoints, from this machine. */
export const networkLogCommand = defineCommand({
  name: 'network log',
  usage: 'network log P.lima [--limit N]',
  summary: 'List what a project asked endpoints from this machine, the newest first.',
  positionals: { min: 1, max: 1 },
  options: {
    limit: { type: 'string', value: 'N', description: 'so many at most; default 100' },
  },
  async run(call) {
    const limit = wholeNumber(call.options.limit, 'limit', 1, 10_000);
    await using project = await openCoreWithProject(call);
    const log = await project.client.network.log({ ...(limit !== undefined && { limit }) });
    const lines = log.requests.map((request) => {
      const { atMs, method, origin, path, model, purpose, sentBytes, receivedBytes, ms } = request;
      return [
        formatTime(atMs),
        `${method} ${origin}${path}`,
        displayLine(model ?? '–'),
        purpose,
        displayLine(requestOutcome(request)),
        `${formatBytes(sentBytes)} sent`,
        `${formatBytes(receivedBytes)} received`,
        ms === null ? '–' : `${ms} ms`,
      ].join('  ');
    });
    call.terminal.result(
      { ...log },
      [...lines, `${formatQuantity(log.total, 'request')} in all.`].join('\n'),
    );
  },
});

/** `lima network key`: stores the key of an endpoint in the person's own settings. */
export const networkKeyCommand = defineCommand({
  name: 'network key',
  usage: 'network key URL (--file FILE | --remove)',
  summary: 'Store the key of an endpoint in your settings on this machine, or remove it.',
  positionals: { min: 1, max: 1 },
  options: {
    file: {
      type: 'string',
      value: 'FILE',
      description: 'a file that holds the key alone; a command line shows to everybody',
    },
    remove: { type: 'boolean', description: 'remove the key' },
  },
  async run(call) {
    const { file, remove } = call.options;
    if ((file === undefined) === (remove === undefined))
      throw new UsageError('Give either --file FILE, which holds the key, or --remove.');
    const key = file === undefined ? null : (await readInputFile(file, mostKeyBytes)).toString();
    await using core = await openCore();
    const stored = await core.client.network.setKey({ baseUrl: positional(call, 0), key });
    call.terminal.result(
      { ...stored },
      `${stored.baseUrl}: ${stored.hasKey ? 'the key is stored' : 'there is no key any more'}.`,
    );
  },
});

/** `lima network test`: asks an endpoint for one word, and shows what it says of itself. */
export const networkTestCommand = defineCommand({
  name: 'network test',
  usage: 'network test P.lima URL#MODEL [--network]',
  summary:
    'Ask an endpoint for one word: what it calls itself, and whether it tells probabilities.',
  positionals: { min: 2, max: 2 },
  options: { ...networkOption },
  async run(call) {
    const endpoint = endpointIn(positional(call, 1));
    if (!endpoint) throw new UsageError('Name an endpoint: http://HOST:PORT/v1#MODEL.');
    await using project = await openCoreWithProject(call);
    await allowEndpoint(project.client, endpoint, call.options.network ?? false);
    const trial = await project.client.network.test(endpoint, { signal: call.signal });
    call.terminal.result({ ...trial }, `${displayLine(trialText(trial))}.`);
  },
});
