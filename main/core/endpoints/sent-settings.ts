import type { Sampling, SentSampling } from '../../../shared/domain/identity.ts';
import { ExchangeError } from '../network/endpoint-error.ts';

type Setting = keyof SentSampling;

const settings: readonly Setting[] = ['temperature', 'topP', 'maxTokens', 'seed'];

/** Each as OpenAI calls it; newer models there have another word for the most tokens. */
const names: Record<Setting, readonly string[]> = {
  temperature: ['temperature'],
  topP: ['top_p'],
  maxTokens: ['max_tokens', 'max_completion_tokens'],
  seed: ['seed'],
};

/** Without effect where they have these values; the API has no name for them otherwise. */
const neutral = { topK: 0, minP: 0, repeatPenalty: 1 } as const;

/**
 * What one endpoint is told of sampling settings. Models that refuse one are asked without it, and
 * what was left out stands with every answer.
 */
export class SentSettings {
  readonly #refused = new Map<Setting, number>();

  #parameters(sampling: SentSampling): Record<string, number | undefined> {
    return Object.fromEntries(
      settings.flatMap((setting) => {
        const name = names[setting][this.#refused.get(setting) ?? 0];
        return name === undefined ? [] : [[name, sampling[setting]]];
      }),
    );
  }

  /** What of the wanted settings the endpoint is told. */
  sent(sampling: Sampling): SentSampling {
    const isTaken = (setting: Setting) => (this.#refused.get(setting) ?? 0) < names[setting].length;
    return Object.fromEntries(
      settings.filter(isTaken).map((setting) => [setting, sampling[setting]]),
    );
  }

  /** Those that would have changed something and are not told. */
  notSent(sampling: Sampling): string[] {
    const sent = this.sent(sampling);
    return [
      ...settings.filter((setting) => !(setting in sent)),
      ...(['topK', 'minP', 'repeatPenalty'] as const).filter(
        (setting) => sampling[setting] !== neutral[setting],
      ),
    ];
  }

  /** Asks with these settings, and again without what the endpoint does not take. */
  async whileLearning<Value>(
    sampling: Sampling,
    ask: (parameters: Record<string, number | undefined>) => Promise<Value>,
  ): Promise<Value> {
    for (;;) {
      try {
        return await ask(this.#parameters(sampling));
      } catch (error) {
        if (!(error instanceof ExchangeError) || !this.#learn(error)) throw error;
      }
    }
  }

  /** True where an endpoint refuses a parameter that it can be asked without, from now on. */
  #learn({ status, said }: ExchangeError): boolean {
    if ((status !== 400 && status !== 422) || !said) return false;
    const isUnsupported = /unsupported/i.test(`${said.code} ${said.message}`);
    const setting = settings.find((each) => names[each].includes(said.param));
    if (!isUnsupported || !setting) return false;
    const tried = names[setting].indexOf(said.param);
    // Several requests are under way at once: each may say the same.
    this.#refused.set(setting, Math.max(tried + 1, this.#refused.get(setting) ?? 0));
    return true;
  }
}
