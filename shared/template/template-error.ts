/**
 * INVALID: the template does not parse. FAILED: it raised an error for this conversation.
 * TOO_LONG: it ran too long or wrote too much. DROPS, REPEATS and REWRITES: a message's text is
 * missing, doubled or changed, so a loss mask would be wrong. NO_END_TOKEN: nothing ends a turn.
 */
export type TemplateErrorCode =
  | 'TEMPLATE_INVALID'
  | 'TEMPLATE_FAILED'
  | 'TEMPLATE_TOO_LONG'
  | 'TEMPLATE_DROPS_MESSAGE'
  | 'TEMPLATE_REPEATS_MESSAGE'
  | 'TEMPLATE_REWRITES_MESSAGE'
  | 'TEMPLATE_NO_END_TOKEN';

/** A chat template that cannot be used for a conversation; `code` is stable, the message is for a person. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  /** The line of the template at which it failed, from 1, where that is known. */
  readonly line: number | undefined;
  constructor(
    code: TemplateErrorCode,
    message: string,
    options: ErrorOptions & { line?: number | undefined } = {},
  ) {
    super(message, options);
    this.line = options.line;
    this.name = 'TemplateError';
    this.code = code;
  }
}

/**
 * For models without a chat template, as in LIMA (section 3): every utterance is followed by the
 * end-of-turn text (the model's EOS), and nothing else tells the speakers apart.
 */
export const fallbackTemplate =
  '{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}';
