import { startBackend } from './model/llama-runtime.ts';
import { inferenceHandlers } from './inference-handlers.ts';
import type { InferenceRequests } from '../engines/protocol/inference.ts';
import { serveEngine } from '../engines/serve-engine.ts';

const backend = await startBackend();
serveEngine<InferenceRequests>(backend.engine, inferenceHandlers(backend));
