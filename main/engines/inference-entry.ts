import { startBackend } from '../inference/backend.ts';
import { inferenceHandlers } from '../inference/inference-handlers.ts';
import type { InferenceRequests } from './protocol/inference.ts';
import { serveEngine } from './serve-engine.ts';

const backend = await startBackend();
serveEngine<InferenceRequests>(backend.engine, inferenceHandlers(backend));
