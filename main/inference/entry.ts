import { startLlamaRuntime } from './model/llama-runtime.ts';
import { inferenceHandlers } from './inference-handlers.ts';
import type { InferenceRequests } from '../engines/protocol/inference.ts';
import { serveEngine } from '../engines/serve-engine.ts';

const runtime = await startLlamaRuntime();
serveEngine<InferenceRequests>(runtime.engine, inferenceHandlers(runtime));
