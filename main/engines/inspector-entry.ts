import { hashFile } from './inspector/hash-file.ts';
import { inspectModel } from './inspector/inspect-model.ts';
import { inspectProject } from './inspector/inspect-project.ts';
import type { InspectorRequests } from './protocol/inspector.ts';
import { serveEngine } from './serve-engine.ts';

serveEngine<InspectorRequests>('inspector', { inspectModel, hashFile, inspectProject });
