import { z } from 'zod';
import { modelInfoSchema, type ModelInfo } from '../../../shared/domain/model/model.ts';
import type { TemplateTrial } from '../../../shared/template/try-template.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import { modelInfo } from '../../gguf/model/model-info.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { InspectorError } from '../protocol/errors.ts';
import { tryModelTemplate } from './model-template.ts';

/** Validates and describes a GGUF file; a bad file is an `InspectorError` with the GGUF code. */
export async function inspectModel({ path }: { path: string }): Promise<ModelInfo> {
  return await ofHeader(path, (header) => {
    const { problem, remarks } = tryModelTemplate(header, '');
    const info = modelInfoSchema.safeParse({
      ...modelInfo(header),
      ...(problem !== '' && { templateProblem: problem.slice(0, 2000) }),
      ...(remarks.length > 0 && { templateRemarks: remarks }),
    });
    if (info.success) return info.data;
    throw new GgufError(
      'GGUF_INVALID',
      `The header of ${path} makes no sense: ${z.prettifyError(info.error)}`,
    );
  });
}

/** Tries a chat template with the special tokens of a model file, or the one of the file. */
export async function tryTemplateOf({
  path,
  chatTemplate,
}: {
  path: string;
  chatTemplate: string;
}): Promise<TemplateTrial> {
  return await ofHeader(path, (header) => tryModelTemplate(header, chatTemplate));
}

async function ofHeader<Result>(path: string, look: (header: GgufFile) => Result): Promise<Result> {
  try {
    return look(await readGguf(path));
  } catch (error) {
    if (error instanceof GgufError) throw new InspectorError(error.code, error.message, { path });
    throw error;
  }
}
