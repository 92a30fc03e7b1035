import type { ReactNode } from 'react';
import type { NetworkStatus } from '../../../shared/contract/network.ts';
import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import type { AnswersOfFile, PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import type { ProjectDefaults } from '../../../shared/domain/project/project-defaults.ts';
import { useProjectDefaults } from '../../rpc/project.ts';
import { QueryView } from '../../ui/feedback/states.tsx';
import { useNetwork } from '../../ui/network/network.ts';
import { useSystems, type AvailableModels } from '../../ui/systems/systems.ts';
import { useAnswers, useEvaluations, usePromptSets } from '../queries.ts';

/** What the forms of an evaluation and of a study choose from and begin with. */
export interface FormLists {
  available: AvailableModels;
  sets: readonly PromptSet[];
  evaluations: readonly EvaluationSummary[];
  answers: readonly AnswersOfFile[];
  /** Which endpoints may be asked. */
  network: NetworkStatus;
  /** What the forms of the project begin with. */
  defaults: ProjectDefaults;
}

/** Shows a form once all that it chooses from is known. */
export function WithFormLists({ children }: { children: (lists: FormLists) => ReactNode }) {
  const systems = useSystems();
  const promptSets = usePromptSets();
  const known = useEvaluations();
  const imported = useAnswers();
  const begins = useProjectDefaults();
  const network = useNetwork();
  return (
    <QueryView query={systems}>
      {(available) => (
        <QueryView query={promptSets}>
          {(sets) => (
            <QueryView query={known}>
              {(evaluations) => (
                <QueryView query={imported}>
                  {(answers) => (
                    <QueryView query={begins}>
                      {(defaults) => (
                        <QueryView query={network}>
                          {(status) =>
                            children({
                              available,
                              sets,
                              evaluations,
                              answers,
                              network: status,
                              defaults,
                            })
                          }
                        </QueryView>
                      )}
                    </QueryView>
                  )}
                </QueryView>
              )}
            </QueryView>
          )}
        </QueryView>
      )}
    </QueryView>
  );
}
