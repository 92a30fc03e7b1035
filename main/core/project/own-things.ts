import type { Log } from '../base/log.ts';
import type { Voucher, VouchedThings } from '../base/vouched-things.ts';
import type { StartedJob } from '../jobs/job-handler.ts';

/** The place of a model's file, as a project says it. */
interface ModelPlace {
  sha256: string;
  path: string;
}

/** What of one project a person started, chose or confirmed on this machine. */
export class OwnThings {
  readonly #uuid: string;
  readonly #vouched: VouchedThings;
  readonly #log: Log;

  constructor(uuid: string, vouched: VouchedThings, log: Log) {
    this.#uuid = uuid;
    this.#vouched = vouched;
    this.#log = log;
  }

  /** True for a job that was started or confirmed here and is as it was then. */
  hasJob(job: StartedJob): boolean {
    return this.#vouched.has(this.#voucherOf(job));
  }

  /** From now on the job goes on without asking. */
  addJob(job: StartedJob): void {
    this.#vouch(this.#voucherOf(job));
  }

  /** True for the place of a model that was chosen here. */
  hasModel({ sha256, path }: ModelPlace): boolean {
    return this.#vouched.has(['model', this.#uuid, sha256, path]);
  }

  /** From now on the model is read from there without asking. */
  addModel({ sha256, path }: ModelPlace): void {
    this.#vouch(['model', this.#uuid, sha256, path]);
  }

  #voucherOf({ id, kind, payload }: StartedJob): Voucher {
    return ['job', this.#uuid, id, kind, JSON.stringify(payload)];
  }

  #vouch(voucher: Voucher): void {
    try {
      this.#vouched.add(voucher);
    } catch (error) {
      // It holds until the program ends; then it is asked about.
      this.#log.write(`What was started or chosen could not be written down: ${String(error)}`);
    }
  }
}
