import { decide } from './decision-tree.ts';
import { type Findings, inexpressible, probeTemplate } from './probe-template.ts';
import type { RenderTraining } from './training-text.ts';
import { findDifference, withoutStop } from './prove-template.ts';
import { writeTemplate } from './write-template.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';

/** How Ollama writes the chats of a model, and the texts that end its answers. */
export interface OllamaTemplate {
  template: string;
  stops: string[];
}

/**
 * The template of Ollama that writes what a run was trained with: found by probing, and proved by
 * comparing what both write. EXPORT_REFUSED with the first difference where there is one.
 */
export async function ollamaTemplate(render: RenderTraining): Promise<OllamaTemplate> {
  const findings = await probeTemplate(render).catch((error: unknown) => {
    throw error instanceof TemplateError && error.code !== 'TEMPLATE_TOO_LONG'
      ? inexpressible(withoutStop(error.message))
      : error;
  });
  const { stops, takesSystem, thinking } = findings;
  const full = templateOf(findings, findings.starts.length > 0);
  const isStarted = { isStarted: true, takesSystem, thinking };
  const mayStart =
    findings.starts.length > 0 && (await findDifference(full, render, isStarted)) === undefined;
  const template = mayStart ? full : templateOf(findings, false);
  const kind = { isStarted: false, takesSystem, thinking };
  const difference = await findDifference(template, render, kind);
  if (difference !== undefined) throw inexpressible(difference);
  return { template, stops };
}

function templateOf(findings: Findings, mayStart: boolean): string {
  const { observations, starts, takesSystem, thinking } = findings;
  return writeTemplate({
    beforeQuestion: decide(observations, 'beforeQuestion'),
    question: decide(observations, 'question'),
    afterQuestion: decide(observations, 'afterQuestion'),
    answer: decide(observations, 'answer'),
    beforeAnswer: mayStart ? decide(starts, 'beforeAnswer') : undefined,
    takesSystem,
    thinking,
  });
}
