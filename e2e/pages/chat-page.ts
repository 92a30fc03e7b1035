import type { Locator, Page } from '@playwright/test';

/** One of the two conversations. */
export type ChatSide = 'Left' | 'Right';

/** Loading a model and answering, on a busy machine. */
export const answerTimeoutMs = 60_000;

/** The Chat tab. */
export class ChatPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The box for both panes. */
  get composer(): Locator {
    return this.page.getByRole('form', { name: 'Prompt' });
  }

  /** Prompts and answers of a pane, oldest first. */
  log(side: ChatSide): Locator {
    return this.page.getByRole('log', { name: `${side} conversation` });
  }

  /** The newest answer of a pane, growing or finished; it is busy while it grows. */
  answer(side: ChatSide): Locator {
    return this.log(side).locator('[aria-busy]').last();
  }

  /** Where the next prompt is written. */
  get prompt(): Locator {
    return this.composer.getByRole('textbox', { name: 'Prompt' });
  }

  /** The dialog with all conversations. */
  get conversations(): Locator {
    return this.page.getByRole('dialog', { name: 'Conversations' });
  }

  /** The conversations that are listed in it. */
  get listed(): Locator {
    const list = this.conversations.getByRole('list', { name: 'Conversations' });
    return list.getByRole('button', { name: /\d answers?/ });
  }

  /** How far from the top of the page a prompt stands in a pane. */
  async heightOf(side: ChatSide, prompt: string): Promise<number> {
    const box = await this.log(side).getByText(prompt, { exact: true }).boundingBox();
    if (!box) throw new Error(`“${prompt}” is not shown in the ${side} pane`);
    return Math.round(box.y);
  }

  /** Waits for answer number `count` of a pane with what the engine ran. */
  async answered(side: ChatSide, count: number): Promise<void> {
    await this.log(side)
      .getByRole('note')
      .nth(count - 1)
      .waitFor({ timeout: answerTimeoutMs });
  }

  /** Chooses who gets the next prompts. */
  async sendTo(target: ChatSide | 'Both'): Promise<void> {
    await this.composer.getByRole('radio', { name: target }).click();
  }

  /** The head of a pane, where its system is chosen. */
  head(side: ChatSide): Locator {
    return this.page.getByRole('region', { name: `${side} pane`, exact: true });
  }

  /** Has a pane asked with another chat template, as from a file. */
  async chooseTemplate(side: ChatSide, text: string): Promise<void> {
    await this.head(side).getByRole('button', { name: 'Chat template…', exact: true }).click();
    const panel = this.page.getByRole('dialog', { name: 'Chat template', exact: true });
    const file = { name: 'own.jinja', mimeType: 'text/plain', buffer: Buffer.from(text) };
    await panel.getByLabel('Chat template file', { exact: true }).setInputFiles(file);
    await this.head(side).getByRole('note', { name: 'Chosen chat template' }).waitFor();
    await this.page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  }

  /** What the engine says it ran for the newest answer. */
  identity(side: ChatSide): Locator {
    return this.answer(side).getByRole('note', { name: 'What the engine ran' });
  }

  /** Changes sampling settings by their labels, as in "Most tokens". */
  async sample(settings: Record<string, string>): Promise<void> {
    await this.composer.getByRole('button', { name: /sampling/i }).click();
    const panel = this.page.getByRole('group', { name: 'Sampling settings' });
    for (const [label, value] of Object.entries(settings))
      await panel.getByRole('textbox', { name: label }).fill(value);
    await this.page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  }

  async send(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.composer.getByRole('button', { name: 'Send' }).click();
  }
}
