import { getNumber, getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import { isAdapter, readFloats } from '../export/lora-factors.ts';
import { ModelFile } from '../weights/model-file.ts';
import { unusable, type AdapterSource } from './adapter-source.ts';

/** An adapter in GGUF, as llama.cpp loads it. Throws ADAPTER_UNREADABLE and the codes of model files. */
export async function openGgufAdapter(path: string, base: GgufFile): Promise<AdapterSource> {
  const file = await ModelFile.open(path);
  try {
    if (!isAdapter(file))
      throw unusable(path, 'it is a whole model and no adapter. Take it as the base instead.');
    const kind = getString(file.header, 'adapter.type');
    if (kind !== 'lora')
      throw unusable(path, `its adapter.type is ${kind ?? 'missing'}, not lora.`);
    const [made, needed] = [file.header, base].map(architectureOf);
    if (made !== needed)
      throw unusable(path, `it is of the architecture ${made}, and the base of ${needed}.`);
    const alpha = getNumber(file.header, 'adapter.lora.alpha') ?? 0;
    return {
      path,
      scaleOf: (rank) => (alpha === 0 ? 1 : alpha / rank),
      baseSha256: getString(file.header, adapterBaseKey) ?? null,
      chatTemplate: getString(file.header, chatTemplateKey),
      tensors: new Map(
        file.header.tensors.map((tensor) => [
          tensor.name,
          { ne: tensor.ne, read: () => readFloats(file, tensor) },
        ]),
      ),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

const architectureOf = (header: GgufFile): string =>
  getString(header, 'general.architecture') ?? 'missing';
