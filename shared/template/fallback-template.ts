/**
 * For models without a chat template, as in LIMA (section 3): every utterance is followed by the
 * end-of-turn text (the model's EOS), and nothing else tells the speakers apart.
 */
export const fallbackTemplate =
  '{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}';
