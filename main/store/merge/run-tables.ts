import { measured, ordered, value } from './common-columns.ts';

/** What the tables of runs, their probes and their checkpoints are to a merge. */
export const runTables = {
  run: {
    columns: {
      id: 'key',
      name: 'name',
      job_id: { of: 'job' },
      model_id: { of: 'model' },
      dataset_id: { of: 'dataset' },
      recipe_json: value,
      engine: value,
      total_steps: value,
      encode_report_json: value,
      memory_json: value,
      ...ordered,
    },
  },
  run_metric: {
    columns: {
      run_id: { of: 'run' },
      step: 'key',
      epoch: value,
      loss: value,
      learning_rate: value,
      grad_norm: value,
      tokens_per_second: value,
      elapsed_ms: value,
    },
  },
  run_event: {
    columns: {
      id: 'key',
      run_id: { of: 'run' },
      kind: value,
      step: value,
      message: value,
      ...ordered,
    },
  },
  run_probe: { columns: { run_id: { of: 'run' }, name: value, sampling_json: value } },
  probe_prompt: { columns: { run_id: { of: 'run' }, ordinal: 'key', messages_json: value } },
  probe_answer: { columns: { run_id: { of: 'run' }, epoch: 'key', ordinal: 'key', ...measured } },
  dev_loss: { columns: { run_id: { of: 'run' }, step: 'key', epoch: value, loss: value } },
  checkpoint: {
    columns: {
      id: 'key',
      run_id: { of: 'run' },
      epoch: value,
      step: value,
      file: 'local',
      sha256: value,
      size_bytes: value,
      mean_loss: value,
      created_ms: value,
    },
  },
} as const;
