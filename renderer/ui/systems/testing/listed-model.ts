import type { Model } from '../../../../shared/domain/model/model.ts';

/** A model as the core lists it, with as little in it as a model can have. */
export const listedModel = (id: string, isMissing = false): Model => ({
  id,
  name: id,
  path: `/m/${id}.gguf`,
  sha256: id,
  info: {
    name: id,
    architecture: 'llama',
    parameters: 1,
    quantization: 'F32',
    tensorTypes: {},
    contextLength: 1,
    embeddingLength: 1,
    layers: 1,
    vocabularySize: 1,
    hasChatTemplate: true,
    fileSizeBytes: 1,
    trainable: 'yes',
  },
  isMissing,
  isFromElsewhere: false,
  createdMs: 1,
});
