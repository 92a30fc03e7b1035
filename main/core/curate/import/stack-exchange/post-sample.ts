import type { Provenance } from '../../../../../shared/domain/sample.ts';
import { formatCount } from '../../../../../shared/text/numbers.ts';
import { finishConversation, messageOf } from '../sample/finish-conversation.ts';
import { htmlToMarkdown } from '../html/html-to-markdown.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { ParsedSample } from '../sample/parsed-sample.ts';
import { measureHtml, titleProblem } from '../../../../../shared/flags/community-rules.ts';
import { answerOf, measureSample } from '../../../../../shared/flags/sample-flags.ts';
import { textHash } from '../../../../store/content-hash.ts';
import type { StackExchangeRow } from './posts-row.ts';
import type { StackExchangeSite } from './site.ts';

// Sites allow 30,000 characters of Markdown: anything near this is no post, and only costs memory.
const maxPostCharacters = 1_000_000;

/** A question with the answer that was chosen for it, and where they were found. */
export interface CommunityPair {
  question: StackExchangeRow;
  answer: StackExchangeRow;
  /** Line of the answer's row in the dump. */
  answerLine: number;
  file: string;
}

/** Makes a sample of a question and its answer; throws `RecordProblem` when one of them is empty. */
export function stackExchangeSample(pair: CommunityPair, site: StackExchangeSite): ParsedSample {
  const { question, answer } = pair;
  const title = (question.text('Title') ?? '').replaceAll(/\s+/g, ' ').trim();
  const rawHtml = bodyOf(answer);
  const markdown = htmlToMarkdown(rawHtml);
  if (markdown === '')
    throw new RecordProblem(`answer ${answer.integer('Id')} has no text once images are removed`);
  const prompt = promptOf(question, title);
  const { messages, flags: ofText } = finishConversation([
    messageOf('user', prompt.text),
    messageOf('assistant', markdown),
  ]);
  const provenance: Provenance = {
    ...provenanceOf(pair, site, title),
    promptFrom: prompt.from,
    answerHtml: { ...measureHtml(rawHtml), markdownSha256: textHash(answerOf(messages)) },
  };
  const flags = [...(measureSample(messages, provenance, true) ?? []), ...ofText];
  return { messages, source: site.source, provenance, flags };
}

/**
 * The licence a post is under: what the dump says, else by its date. Stack Exchange moved to
 * CC BY-SA 3.0 on 2011-04-08 and to 4.0 on 2018-05-02.
 */
function licenceOf(row: StackExchangeRow): string {
  const stated = row.text('ContentLicense');
  if (stated) return stated;
  const date = row.text('CreationDate') ?? '';
  if (date >= '2018-05-02') return 'CC BY-SA 4.0';
  return date >= '2011-04-08' ? 'CC BY-SA 3.0' : 'CC BY-SA 2.5';
}

/** Tags in either notation of the dumps, `<a><b>` or `|a|b|`. */
function tagsOf(tags: string): string[] {
  return tags.split(/[<>|]+/).filter((tag) => tag !== '');
}

function bodyOf(row: StackExchangeRow): string {
  const html = row.text('Body') ?? '';
  if (html.length <= maxPostCharacters) return html;
  const length = formatCount(html.length);
  throw new RecordProblem(`post ${row.integer('Id')} has ${length} characters of HTML: too long`);
}

/**
 * LIMA takes the title for some prompts and the body for others. Here the question's id decides
 * (so that importing again gives the same), and a title stands alone only when it needs no body;
 * otherwise the prompt is the title followed by the body, since a body rarely repeats the title.
 */
function promptOf(
  question: StackExchangeRow,
  title: string,
): { text: string; from: 'title' | 'title-and-body' } {
  if (drawsTitle(question.integer('Id')) && !titleProblem(title))
    return { text: title, from: 'title' };
  const body = htmlToMarkdown(bodyOf(question));
  const text = [title, body].filter((part) => part !== '').join('\n\n');
  if (text === '') throw new RecordProblem(`question ${question.integer('Id')} has no text`);
  return { text, from: 'title-and-body' };
}

function drawsTitle(questionId: number): boolean {
  const mixed = Math.imul(questionId ^ (questionId >>> 16), 0x45d9f3b);
  return ((mixed ^ (mixed >>> 16)) & 1) === 0;
}

function provenanceOf(pair: CommunityPair, site: StackExchangeSite, title: string): Provenance {
  const { question, answer } = pair;
  const created = answer.text('CreationDate');
  const licences = new Set([licenceOf(answer), licenceOf(question)]);
  return {
    ...(site.host && { site: site.host, url: `https://${site.host}/a/${answer.integer('Id')}` }),
    title,
    authors: [...new Set([authorOf(answer), authorOf(question)])],
    licence: [...licences].join(' (answer), ') + (licences.size > 1 ? ' (question)' : ''),
    score: answer.integer('Score'),
    questionScore: question.integer('Score'),
    tags: tagsOf(question.text('Tags') ?? ''),
    ...(created !== undefined && { createdAt: withZone(created) }),
    file: pair.file,
    line: pair.answerLine,
  };
}

function authorOf(row: StackExchangeRow): string {
  const id = row.text('OwnerUserId');
  return row.text('OwnerDisplayName') ?? (id === undefined ? 'a deleted user' : `user ${id}`);
}

// The dumps give times in UTC without saying so.
function withZone(time: string): string {
  return /[Zz]|[+-]\d\d:\d\d$/.test(time) ? time : `${time}Z`;
}
