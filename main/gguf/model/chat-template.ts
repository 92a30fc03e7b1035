/** Where a model has its chat template, and an adapter the one that was chosen to train it. */
export const chatTemplateKey = 'tokenizer.chat_template';

/** Tokens that vocabularies hold for the end of a turn, in the order in which they are chosen. */
export const endOfTurnTexts: readonly string[] = [
  '<|eot_id|>',
  '<|im_end|>',
  '<end_of_turn>',
  '<|end|>',
  '<|end_of_turn|>',
  '<EOT>',
];
