import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { seededUniform } from '../../../../shared/domain/seeded-uniform.ts';

const nouns =
  'kettle grinder ledger compass lantern bicycle glacier orchard telescope compiler violin harbour ' +
  'Brücke café naïveté 茶壶 чайник ☕ 🧭 piston almanac rivet meadow';
const verbs = 'calibrates carries sharpens measures repairs warms folds balances rotates compares';
const joins = 'because whenever although unless while after before until';

const nounList = nouns.split(' ');
const verbList = verbs.split(' ');
const joinList = joins.split(' ');

/** Writes rows of a made-up question-and-answer site, in the form of a Stack Exchange dump. */
class PostsWriter {
  readonly #random = seededUniform(20_230_518);
  #id = 0;

  /** A question and its answers, one row a line. */
  thread(): string {
    const questionId = ++this.#id;
    const answers = Math.floor(this.#random() * 4);
    const accepted = answers > 0 ? ` AcceptedAnswerId="${questionId + 1}"` : '';
    const title = escapeXml(`How does the ${this.#noun()} work when the ${this.#clause()}?`);
    const tags = escapeXml(`<${this.#noun()}><tools>`);
    let rows = `  <row Id="${questionId}" PostTypeId="1"${accepted} ${this.#common()} ViewCount="9" Title="${title}" Tags="${tags}" AnswerCount="${answers}" />\n`;
    for (let index = 0; index < answers; index++)
      rows += `  <row Id="${++this.#id}" PostTypeId="2" ParentId="${questionId}" ${this.#common()} />\n`;
    return rows;
  }

  #common(): string {
    const score = Math.floor(this.#random() * 40) - 3;
    const body = escapeXml(this.#body());
    return `CreationDate="2019-03-0${1 + (this.#id % 9)}T10:00:00.000" Score="${score}" Body="${body}" OwnerUserId="${this.#id % 997}" LastActivityDate="2019-04-01T00:00:00.000" ContentLicense="CC BY-SA 4.0"`;
  }

  #body(): string {
    const blocks = 2 + Math.floor(this.#random() * 6);
    return Array.from({ length: blocks }, () => this.#block()).join('\n\n');
  }

  #block(): string {
    const draw = this.#random();
    if (draw < 0.12)
      return `<pre class="lang-js"><code>const ${'x'.repeat(3)} = a &lt; b &amp;&amp; c;\n${this.#clause()}\n</code></pre>`;
    if (draw < 0.28)
      return `<ul>\n<li>${this.#clause()}</li>\n<li><strong>${this.#noun()}</strong> ${this.#clause()}</li>\n</ul>`;
    if (draw < 0.34) return `<blockquote>\n  <p>${this.#paragraph()}</p>\n</blockquote>`;
    return `<p>${this.#paragraph()}</p>`;
  }

  #paragraph(): string {
    const clauses = 2 + Math.floor(this.#random() * 6);
    const words = Array.from(
      { length: clauses },
      () => `${this.#clause()} ${this.#pick(joinList)} <em>${this.#noun()}</em> &amp; others do`,
    );
    return `${words.join('; ')}. See <a href="https://example.org/q?a=1&amp;b=2">the manual</a>.`;
  }

  #clause(): string {
    return `the ${this.#noun()} ${this.#pick(verbList)} a <code>${this.#noun()}</code> near my ${this.#noun()}`;
  }

  #noun(): string {
    return this.#pick(nounList);
  }

  #pick(list: readonly string[]): string {
    return list[Math.floor(this.#random() * list.length)] ?? '';
  }
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\n': '&#xA;',
  };
  return text.replaceAll(/[&<>"\n]/g, (character) => entities[character] ?? character);
}

/** Writes a `Posts.xml` of about `sizeBytes` to a path. */
export async function makePostsDump(path: string, sizeBytes: number): Promise<void> {
  const file = createWriteStream(path, { highWaterMark: 1024 * 1024 });
  const writer = new PostsWriter();
  file.write('\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<posts>\n');
  let written = 0;
  while (written < sizeBytes) {
    const rows = Buffer.from(Array.from({ length: 200 }, () => writer.thread()).join(''));
    written += rows.length;
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end('</posts>\n');
  await finished(file);
}

if (import.meta.main) {
  const [path, sizeMb] = parseArgs({ allowPositionals: true }).positionals;
  if (path === undefined || !(Number(sizeMb) > 0)) {
    console.error('usage: node make-posts-dump.ts OUT SIZE_MB');
    process.exit(2);
  }
  await makePostsDump(path, Number(sizeMb) * 1024 * 1024);
}
