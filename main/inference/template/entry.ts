import { serveEngine } from '../../engines/serve-engine.ts';
import type { TemplateRequests } from '../../engines/protocol/templates.ts';
import { renderAll } from './render-orders.ts';

serveEngine<TemplateRequests>('templates', { render: renderAll });
