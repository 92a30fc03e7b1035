import { tryTemplate, type TemplateTrial } from '../../../shared/template/try-template.ts';
import { getNumber, getString, getStrings, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { chatTemplateKey, endOfTurnTexts } from '../../gguf/model/chat-template.ts';
import { callInTime } from '../call-in-time.ts';

const trialMs = 5000;

/**
 * Tries a chat template with the special tokens of a model, or the model's own when it is empty: a
 * few conversations, in bounded time. A model without one is fine.
 */
export function tryModelTemplate(header: GgufFile, chatTemplate: string): TemplateTrial {
  const template = chatTemplate === '' ? getString(header, chatTemplateKey) : chatTemplate;
  if (template === undefined) return { problem: '', remarks: [] };
  const tokens = getStrings(header, 'tokenizer.ggml.tokens') ?? [];
  const textOf = (name: string) => {
    const id = getNumber(header, `tokenizer.ggml.${name}_token_id`);
    return id === undefined ? '' : (tokens[id] ?? '');
  };
  const ends = [textOf('eos'), textOf('eot'), ...endOfTurnTexts].filter((text) => text !== '');
  const texts = { bosText: textOf('bos'), eosText: textOf('eos'), endTexts: ends };
  const tried = callInTime(() => tryTemplate(template, texts), trialMs);
  const problem = `The chat template was stopped: it runs for more than ${trialMs / 1000} s.`;
  return tried?.value ?? { problem, remarks: [] };
}
