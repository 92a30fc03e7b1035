import { availableParallelism, cpus, totalmem } from 'node:os';

/** Devices a run or a chat can use on this machine, in words. */
export function listDevices(): { name: string; kind: string; detail: string }[] {
  const model = cpus()[0]?.model.trim() ?? 'CPU';
  const memoryGiB = (totalmem() / 2 ** 30).toFixed(0);
  return [
    {
      name: model,
      kind: 'cpu',
      detail: `${availableParallelism()} threads, ${memoryGiB} GiB memory`,
    },
  ];
}
