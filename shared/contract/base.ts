import { oc } from '@orpc/contract';
import { declaredErrors } from './errors.ts';

/** The builder every procedure starts from: it carries the declared errors. */
export const procedure = oc.errors(declaredErrors);
