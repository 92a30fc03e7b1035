import { describe, expect, test } from 'vitest';
import { EngineRequestError } from '../../engines/engine-process.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';
import { canFindEngines, enginePids } from '../testing/engine-processes.ts';
import { explainDeviceCrash } from './run-device.ts';

// Vulkan shows a processor behind Mesa's software driver only to those who ask for it.
process.env['GGML_VK_VISIBLE_DEVICES'] ??= '0';

async function vulkanProblem(): Promise<string | undefined> {
  await using core = await TestCore.start({ project: 'none' });
  const vulkan = (await core.client.devices.list()).find(({ family }) => family === 'vulkan');
  if (!vulkan) return 'this platform has no Vulkan library';
  return vulkan.devices.length > 0 ? undefined : `${vulkan.problem}. ${vulkan.advice}`;
}
const problem = await vulkanProblem();
if (problem !== undefined)
  process.stderr.write(`The tests of training on Vulkan did not run: ${problem}\n`);

/** The losses of a run as soon as there are any. */
async function lossesOf(core: TestCore, runId: string): Promise<number[]> {
  for await (const { metrics } of await core.client.runs.metrics({ runId }))
    if (metrics.length > 0) return metrics.map(({ loss }) => loss);
  return [];
}

describe('devices', () => {
  test('list the CPU, and for a family without devices the problem and what to do', async () => {
    await using core = await TestCore.start({ project: 'none' });
    const listings = await core.client.devices.list();
    const cpu = listings.find(({ family }) => family === 'cpu');
    expect(cpu?.devices).toMatchObject([{ id: 'cpu', kind: 'cpu' }]);
    expect(cpu?.devices[0]?.memoryTotalBytes).toBeGreaterThan(2 ** 28);
    for (const { devices, problem, advice } of listings) {
      expect(devices.length === 0).toBe(problem !== '');
      expect(advice === '').toBe(problem === '');
    }
  });

  test('that are not there are refused before a run is queued, with those that there are', async () => {
    await using core = await TestCore.start();
    const refusal = await refusalOf(core.startRun({ ...shortRecipe, device: 'vulkan7' }));
    expect(refusal.message).toMatch(/no device vulkan7 here \(there is: .*cpu/);
    expect(await core.client.runs.list()).toEqual([]);
  });

  test('are refused in a recipe under a name that no device can have', async () => {
    await using core = await TestCore.start();
    const refusal = await refusalOf(core.startRun({ ...shortRecipe, device: 'gpu' }));
    expect(refusal.message).toBeDefined();
    expect(JSON.stringify(refusal)).toMatch(/BAD_REQUEST|INVALID/);
  });

  test('that crash a run are named in its error, with what to do', () => {
    const crash = new EngineRequestError({
      code: 'ENGINE_CRASHED',
      message: 'The trainer process ended unexpectedly (signal SIGABRT).',
      data: { exit: 'signal SIGABRT', stderr: 'CUDA error: an illegal memory access' },
    });
    expect(explainDeviceCrash(crash, 'cuda0')).toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/SIGABRT.*cuda0.*device=cpu/s),
      data: { device: 'cuda0', stderr: 'CUDA error: an illegal memory access' },
    });
    expect(explainDeviceCrash(crash, 'cpu')).toBe(crash);
  });
});

/** Shaders are compiled by the processor on a machine without a GPU. */
const vulkanTimeoutMs = 240_000;

describe.runIf(problem === undefined && canFindEngines)('training on Vulkan', () => {
  test(
    'starts with a self-test, gives the loss of the CPU, and names the device when it aborts',
    async () => {
      await using core = await TestCore.start();
      const { runId, jobId, model, datasetId } = await core.startRun({
        ...shortRecipe,
        epochs: 1000,
        device: 'vulkan0',
      });
      const [first] = await lossesOf(core, runId);
      for (const pid of enginePids('trainer')) process.kill(pid, 'SIGABRT');
      const job = await core.job(jobId, ({ state }) => state === 'interrupted');
      expect(job.error).toMatchObject({
        code: 'ENGINE_CRASHED',
        message: expect.stringMatching(/SIGABRT.*vulkan0.*device=cpu/s),
      });
      const listings = await core.client.devices.list();
      const vulkan = listings.find(({ family }) => family === 'vulkan');
      expect(vulkan?.devices[0]?.selfTests).toMatchObject([
        { device: 'vulkan0', architecture: 'llama', weightTypes: 'F32', passed: true },
      ]);
      const recipe = { ...shortRecipe, epochs: 1, device: 'cpu' };
      const { modelId } = model;
      const onCpu = await core.client.runs.start({ modelId, datasetId, recipe });
      const [expected = NaN] = await lossesOf(core, onCpu.runId);
      expect(Math.abs((first ?? NaN) - expected) / expected).toBeLessThan(0.01);
      const record = await core.job(onCpu.jobId);
      expect(record.result?.['device']).toMatch(/^CPU /);
    },
    vulkanTimeoutMs,
  );
});
