import { startLlamaRuntime } from './model/llama-runtime.ts';
import { inferenceHandlers } from './inference-handlers.ts';
import type { InferenceRequests } from '../engines/protocol/inference.ts';
import { TemplateRenderer } from './template/template-renderer.ts';
import { serveEngine } from '../engines/serve-engine.ts';

// Started first: it is ready by the time the library is.
const templates = new TemplateRenderer();
templates.warmUp();
const runtime = await startLlamaRuntime();
serveEngine<InferenceRequests>(runtime.engine, inferenceHandlers(runtime, templates));
