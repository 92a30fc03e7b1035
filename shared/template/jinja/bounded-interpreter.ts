import { maxSteps, maxTextCharacters, tooLong, tooManyCharacters } from '../jinja-sandbox.ts';
import { PythonInterpreter } from './jinja-interpreter.ts';
import type { JinjaNode, JinjaScope, JinjaValue } from './jinja-values.ts';

/** Jinja that stops: a template out of a downloaded file may loop or double a string for ever. */
export class BoundedInterpreter extends PythonInterpreter {
  #steps = 0;

  override evaluate(node: JinjaNode | undefined, scope: JinjaScope): JinjaValue {
    this.#steps += 1;
    if (this.#steps > maxSteps) throw tooLong(`it needs more than ${maxSteps} steps`);
    const result = super.evaluate(node, scope);
    if (typeof result.value === 'string' && result.value.length > maxTextCharacters)
      throw tooManyCharacters();
    return result;
  }
}
