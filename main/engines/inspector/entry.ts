import { hashFile } from './hash-file.ts';
import { inspectModel } from './inspect-model.ts';
import { inspectProject } from './inspect-project.ts';
import type { InspectorRequests } from '../protocol/inspector.ts';
import { serveEngine } from '../serve-engine.ts';

serveEngine<InspectorRequests>('inspector', { inspectModel, hashFile, inspectProject });
