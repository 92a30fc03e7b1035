// Runs under Bare, not under Node: trains the job given as JSON, prints one line of JSON per step.
const job = JSON.parse(Bare.argv[2]);
const LlmLlamacpp = require(job.peerPath);

async function train() {
  const model = new LlmLlamacpp({
    files: { model: [job.modelPath] },
    config: { device: 'cpu', gpu_layers: '0', threads: String(job.threads), verbosity: '0' },
    opts: { stats: true },
  });
  await model.load();
  const handle = await model.finetune({
    trainDatasetDir: job.textPath,
    outputParametersDir: job.outputFolder,
    checkpointSaveDir: job.outputFolder,
    validation: { type: 'none' },
    contextLength: job.tokensPerStep,
    batchSize: job.tokensPerStep,
    microBatchSize: job.tokensPerStep,
    loraModules: 'attn_q,attn_k,attn_v,attn_o,ffn_gate,ffn_up,ffn_down',
    loraRank: job.rank,
    loraAlpha: 2 * job.rank,
    learningRate: 1e-4,
    // Its schedule asserts a rate above zero at the last step.
    lrMin: 1e-5,
    lrScheduler: 'linear',
  });
  handle.on('stats', ({ global_steps: step, loss }) => {
    console.log(JSON.stringify({ step, loss, atMs: Date.now() }));
  });
  await handle.await();
}

train().catch((error) => {
  console.error(error.message);
  Bare.exit(1);
});
