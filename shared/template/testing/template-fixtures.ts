import type { RenderOptions } from '../render-conversation.ts';

/** A chat template in the manner of a model family, with that family's special texts. */
export interface FixtureTemplate {
  name: string;
  template: string;
  texts: Pick<RenderOptions, 'bosText' | 'eosText' | 'endTexts' | 'prependBos'>;
}

const chatMl: FixtureTemplate = {
  name: 'ChatML with a default system prompt',
  template: `{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system
You are a careful assistant.<|im_end|>
' }}{% endif %}{{ '<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}`,
  texts: { bosText: '<|im_start|>', eosText: '<|im_end|>', endTexts: ['<|endoftext|>'] },
};

const llama3: FixtureTemplate = {
  name: 'Llama 3',
  template: `{% for message in messages %}{% set turn = '<|start_header_id|>' + message['role'] + '<|end_header_id|>

' + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set turn = bos_token + turn %}{% endif %}{{ turn }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>

' }}{% endif %}`,
  texts: {
    bosText: '<|begin_of_text|>',
    eosText: '<|end_of_text|>',
    endTexts: ['<|eot_id|>', '<|end_of_text|>'],
    prependBos: true,
  },
};

const llama2: FixtureTemplate = {
  name: 'Llama 2',
  template: `{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}{% set system = messages[0]['content'] %}{% else %}{% set turns = messages %}{% set system = false %}{% endif %}{% for message in turns %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if loop.index0 == 0 and system is not false %}{% set content = '<<SYS>>
' + system + '
<</SYS>>

' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% else %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}`,
  texts: { bosText: '<s>', eosText: '</s>', prependBos: true },
};

const mistral: FixtureTemplate = {
  name: 'Mistral without system role',
  template: `{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}`,
  texts: { bosText: '<s>', eosText: '</s>', prependBos: true },
};

const zephyr: FixtureTemplate = {
  name: 'Zephyr',
  template: `{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% else %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`,
  texts: { bosText: '<s>', eosText: '</s>', prependBos: true },
};

/** Rewrites thinking in the last answer and drops it from earlier ones, as Qwen3 does. */
export const reasoningFixture: FixtureTemplate = {
  name: 'Qwen3',
  template: `{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {%- set content = message.content %}
        {%- set thinking = '' %}
        {%- if '</think>' in message.content %}
            {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
            {%- set thinking = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.last %}
            {{- '<|im_start|>assistant\\n<think>\\n' + thinking.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>assistant\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}`,
  texts: { bosText: '', eosText: '<|im_end|>', endTexts: ['<|endoftext|>'] },
};

/** Drops the thinking of every answer and opens it in the prompt, as DeepSeek-R1 does. */
export const droppingFixture: FixtureTemplate = {
  name: 'DeepSeek-R1',
  template:
    "{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] }}" +
    "{% elif message['role'] == 'assistant' %}{% set content = message['content'] %}" +
    "{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}" +
    "{{ '<|assistant|>' + content + eos_token }}{% endif %}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|assistant|><think>\\n' }}{% endif %}",
  texts: { bosText: '', eosText: '<|im_end|>' },
};

/** Reads thinking from a field of its own, for the answers behind the last question alone. */
export const fieldFixture: FixtureTemplate = {
  name: 'gpt-oss',
  template: `{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {%- if message.thinking and loop.last %}
            {{- '<|start|>assistant<|channel|>analysis<|message|>' + message.thinking + '<|end|>' }}
        {%- endif %}
        {{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|return|>' }}
    {%- else %}
        {{- '<|start|>' + message.role + '<|message|>' + message.content + '<|end|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start|>assistant' }}
{%- endif %}`,
  texts: { bosText: '', eosText: '<|return|>' },
};

/** One template of each manner that the rules of this folder must hold for. */
export const fixtureTemplates = { chatMl, llama3, llama2, mistral, zephyr };
