/** Where a model has its chat template, and an adapter the one that was chosen to train it. */
export const chatTemplateKey = 'tokenizer.chat_template';
