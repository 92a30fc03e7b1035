import { closeSync, openSync, writeSync } from 'node:fs';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';

// Forms and shares of coffee.stackexchange: lengths of posts, answers a question, scores, tags of
// HTML, and words of which the frequent ones are those of English. The same bytes each time.
const common =
  'the a of to and is I in it that you for this with are as be or on but have from can if your ' +
  "more there not will at some so an my it's don't me would I'm than they which what when how";
const commonWords = common.split(' ');
const foreignWords = ['café', 'naïve', '“so”', '—', 'Brücke', '茶', '°C'];
const rareWords = 40_000;
const answersOf = [0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 6];
/** Answers come while other questions are asked: so many threads are open at once. */
const openThreads = 200;

class PostsText {
  readonly #random = seededUniform(20_230_518);
  readonly #words: string[] = [];

  constructor() {
    const syllables = 'ka re mo ti lu sen dar vi ost el pra ne qui bor an th is wo'.split(' ');
    while (this.#words.length < rareWords)
      this.#words.push(
        Array.from({ length: 1 + this.below(4) }, () => this.pick(syllables)).join(''),
      );
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  /** Frequent words are frequent, as in any language: each the more the earlier it stands. */
  word(): string {
    if (this.chance(0.002)) return this.pick(foreignWords) ?? 'café';
    const list = this.chance(0.5) ? commonWords : this.#words;
    return list[Math.floor(list.length ** this.#random()) - 1] ?? 'water';
  }

  words(least: number, most: number): string {
    return Array.from({ length: least + this.below(most - least) }, () => this.word()).join(' ');
  }

  body(isAnswer: boolean): string {
    const blocks = 1 + this.below(isAnswer ? 6 : 3);
    return Array.from({ length: blocks }, () => `${this.#block()}\n`).join('\n');
  }

  #block(): string {
    const draw = this.below(100);
    if (draw < 6)
      return `<pre><code>const ${this.word()} = a &lt; b &amp;&amp; "${this.word()}";\nreturn ${this.word()}(1);\n</code></pre>`;
    if (draw < 14) {
      const list = draw < 11 ? 'ul' : 'ol';
      const items = Array.from({ length: 2 + this.below(5) }, () => `<li>${this.#sentence()}</li>`);
      return `<${list}>\n${items.join('\n')}\n</${list}>`;
    }
    if (draw < 18) return `<h2>${this.words(2, 6)}</h2>`;
    if (draw < 23) return `<blockquote>\n  <p>${this.#sentence()}</p>\n</blockquote>`;
    return `<p>${Array.from({ length: 1 + this.below(5) }, () => this.#sentence()).join(' ')}</p>`;
  }

  #sentence(): string {
    const draw = this.below(100);
    const [before, after] = [this.words(4, 14), this.words(2, 10)];
    if (draw < 12)
      return `${before} <a href="https://example.org/${this.word()}?a=1&amp;b=2" rel="nofollow">${this.words(1, 4)}</a> ${after}.`;
    if (draw < 20) return `${before} <em>${this.word()}</em> ${after}.`;
    if (draw < 28) return `${before} <strong>${this.words(1, 3)}</strong>, ${after}!`;
    if (draw < 33) return `${before} <code>${this.word()}(x)</code> ${after}.`;
    if (draw < 35) return `${before} H<sub>2</sub>O ${after}.`;
    return draw < 36 ? `${before} (as mentioned above) ${after}.` : `${before}, ${after}.`;
  }
}

/** Rows by ids, questions among the answers to earlier ones. */
function* rows(): Generator<string> {
  const text = new PostsText();
  const waiting: number[] = [];
  for (let id = 1; ; id++) {
    const isQuestion = waiting.length < openThreads || text.chance(0.38);
    if (isQuestion) {
      yield questionRow(text, id);
      for (let answers = text.pick(answersOf) ?? 1; answers > 0; answers--) waiting.push(id);
    } else {
      const [parentId = 1] = waiting.splice(text.below(waiting.length), 1);
      yield answerRow(text, id, parentId);
    }
  }
}

function questionRow(text: PostsText, id: number): string {
  const title = `${text.words(4, 11)}${text.chance(0.7) ? '?' : ''}`;
  const tags = `<${text.word()}><${text.word()}>`;
  const accepted = text.chance(0.45) ? ` AcceptedAnswerId="${id + 1 + text.below(400)}"` : '';
  return `  <row Id="${id}" PostTypeId="1"${accepted}${attributes(text, id, false)} Title="${escaped(title)}" Tags="${escaped(tags)}" AnswerCount="2" CommentCount="1" ViewCount="${text.below(900)}" />\n`;
}

const answerRow = (text: PostsText, id: number, parentId: number) =>
  `  <row Id="${id}" PostTypeId="2" ParentId="${parentId}"${attributes(text, id, true)} CommentCount="${text.below(4)}" />\n`;

function attributes(text: PostsText, id: number, isAnswer: boolean): string {
  const date = `20${10 + (id % 14)}-0${1 + (id % 9)}-1${id % 10}T20:09:32.720`;
  const score = Math.floor(30 ** (text.below(1000) / 1000)) - 2;
  const edited = text.chance(0.4)
    ? ` LastEditorUserId="${text.below(9000)}" LastEditDate="${date}"`
    : '';
  return ` CreationDate="${date}" Score="${score}" Body="${escaped(text.body(isAnswer))}" OwnerUserId="${text.below(9000)}"${edited} LastActivityDate="${date}"`;
}

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#xA;');

/** Writes a `Posts.xml` of about so many bytes, the same for the same number, and returns its size. */
export function writeSyntheticPosts(path: string, bytes: number): number {
  const file = openSync(path, 'w');
  try {
    let written = writeSync(file, '\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<posts>\n');
    let waiting = '';
    for (const row of rows()) {
      waiting += row;
      if (waiting.length < 1_000_000) continue;
      written += writeSync(file, waiting);
      waiting = '';
      if (written >= bytes) return written + writeSync(file, '</posts>\n');
    }
    return written;
  } finally {
    closeSync(file);
  }
}
