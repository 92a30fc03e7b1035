import { Backend } from './main/trainer/tensor/backend.ts';
import { openModel, tinyRecipe } from './main/trainer/testing/open-model.ts';
import { Trainer } from './main/trainer/loop/trainer.ts';
import { benchmarkSample } from './main/trainer/bench/benchmark-sample.ts';
import { shape135M, writeShapeModel } from './main/trainer/bench/model-shape.ts';
import { existsSync } from 'node:fs';
const p='/tmp/sp/full135.gguf'; if(!existsSync(p)) await writeShapeModel(p, shape135M, 'BF16');
using b = Backend.openCpu(2); using model = await openModel(b,p); using t = new Trainer(b, model, tinyRecipe({rank:16,alpha:32,batchSize:1,maxTokens:512}));
for(let i=1;i<=8;i++){ const a=performance.now(); await t.accumulate([benchmarkSample({tokens:512,trainedTokens:256}, 49152)]); const c=performance.now(); await t.applyGradients({step:i,learningRate:1e-5}); console.log((c-a).toFixed(0),(performance.now()-c).toFixed(0)); }
