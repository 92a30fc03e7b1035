import type { XrayOpenRecipe } from '../../../shared/domain/xray.ts';
import type { EngineProcess } from '../../engines/engine-process.ts';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';

/** What is looked at. */
export interface XrayRequest {
  modelId: string;
  datasetId: string;
  recipe: XrayOpenRecipe;
}

/** An X-ray that somebody looks at, with the process that holds its vocabulary. */
export interface OpenXray extends XrayRequest {
  basePath: string;
  engine: EngineProcess<InferenceRequests>;
}
