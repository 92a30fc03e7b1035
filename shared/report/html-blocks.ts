import type { ReportItem } from '../domain/report/evaluation-report.ts';
import { splitThinking, thoughtNote, withoutThinking } from '../template/thinking.ts';
import { displayLine, previewLine } from '../text/foreign-text.ts';
import { reportStyle } from './html-style.ts';
import { html, type Markup } from './html-text.ts';
import { answerNote, itemDialogue } from './item-dialogue.ts';
import { type ReportTable, verdictWords, votesTable } from './report-figures.ts';

/** Nothing may load or run; the style elements are all the page needs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A self-contained page: no script, no link, nothing loaded. */
export function htmlPage(title: string, body: Markup): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="referrer" content="no-referrer" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${displayLine(title)}</title>
        <style>
          ${reportStyle}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `;
  return page.toString();
}

/** A heading with its table; nothing where there is none. */
export function section(title: string, figures: ReportTable | null): Markup {
  if (figures === null) return html``;
  return html`<h2>${title}</h2>
    ${table(figures)}`;
}

/** A heading with sentences; nothing where there are none. */
export function warnings(title: string, sentences: readonly string[]): Markup {
  if (sentences.length === 0) return html``;
  return html`<h2>${title}</h2>
    <ul class="warnings">
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`;
}

/** Labels with their values. */
export function labelled(rows: readonly string[][]): Markup {
  return html`<div class="scroll">
    <table>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

/** A table of figures. */
export function table({ columns, rows }: ReportTable): Markup {
  const headings = columns.map((column) => html`<th scope="col">${column}</th>`);
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${headings}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row([label = '', ...cells]: readonly string[]): Markup {
  return html`<tr>
    <th scope="row">${label}</th>
    ${cells.map((cell) => html`<td dir="auto">${cell}</td>`)}
  </tr>`;
}

/** One comparison, folded: prompt, both answers, votes. */
export function comparison(item: ReportItem): Markup {
  const question = item.prompt.findLast(({ role }) => role === 'user')?.content ?? '';
  const { given, turns } = itemDialogue(item);
  const prompt = given.map(
    ({ role, content }) =>
      html`<h3>Prompt, ${role}</h3>
        ${text(content)}`,
  );
  return html`<details>
    <summary>
      <span class="number">${item.ordinal + 1}</span
      ><span class="preview" dir="auto">${previewLine(question)}</span
      ><span class="chip chip-${item.verdict ?? 'open'}">${verdictWords(item.verdict)}</span>
    </summary>
    <div class="inside">
      ${prompt}
      ${
        item.expected === null
          ? ''
          : html`<h3>Expected answer</h3>
              ${text(item.expected)}`
      }
      ${turns.length === 0 ? answers(item, item) : turns.map((turn, at) => dialogueTurn(item, turn, at))}
      ${
        item.votes.length === 0
          ? html`<p class="soft">No vote.</p>`
          : html`<h3>Votes</h3>
              ${table(votesTable(item))}`
      }
    </div>
  </details> `;
}

type BothAnswers = Record<'a' | 'b', ReportItem['a']['turns'][number]>;

/** One user turn of a dialogue with both answers to it. */
const dialogueTurn = (
  item: ReportItem,
  turn: BothAnswers & { asked: string },
  at: number,
): Markup =>
  html`<h3>Turn ${at + 1}, user</h3>
    ${text(turn.asked)} ${answers(item, turn)}`;

const answers = (item: ReportItem, both: BothAnswers): Markup =>
  html`<div class="answers">${answer(item, 'a', both.a)}${answer(item, 'b', both.b)}</div>`;

function answer(item: ReportItem, key: 'a' | 'b', shown: BothAnswers['a']): Markup {
  const side = item.shownLeft === key ? 'left' : 'right';
  return html`<div>
    <h3>Answer ${key.toUpperCase()}, shown ${side}</h3>
    ${thinkingOf(shown)} ${text(withoutThinking(shown.output))}
    <p class="soft">${answerNote(shown)}</p>
  </div>`;
}

/** Folded away, as it was hidden from voters; nothing where there is none. */
function thinkingOf({ output }: BothAnswers['a']): Markup {
  const split = splitThinking(output);
  if (thoughtNote(split) === '') return html``;
  return html`<details>
    <summary>Thinking</summary>
    ${text(split.thinking ?? '')}
  </details>`;
}

function text(content: string): Markup {
  return html`<div class="text" dir="auto">${content}</div>`;
}
