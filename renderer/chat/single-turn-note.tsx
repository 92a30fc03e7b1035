import { MessageSquarePlus } from 'lucide-react';
import type { SystemSpec } from '../../shared/domain/identity.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { newConversation } from './keep-chat.ts';

interface SingleTurnNoteProps {
  system: SystemSpec;
  available: AvailableModels;
}

/** Says that a second question is something the adapter has never seen, where that is known. */
export function SingleTurnNote({ system, available }: SingleTurnNoteProps) {
  const checkpointId = system.strength > 0 ? system.checkpointId : null;
  const training = useQuery(
    checkpointId === null ? null : ['chat.training', checkpointId],
    () => rpc.chat.training({ checkpointId: checkpointId ?? '' }),
    ['runs', 'datasets'],
  ).data;
  if (checkpointId === null || !training?.isSingleTurn) return null;
  return (
    <div role="group" className="chat-single-turn small" aria-label="About the next question">
      <p>
        This adapter was trained on single questions: none of the{' '}
        {formatQuantity(training.samples, 'sample')} of “
        <VisibleText text={training.datasetName} />” has a second one. What comes next in this
        conversation is a follow-up, which it never learned to answer.
      </p>
      <Button
        small
        icon={<MessageSquarePlus size={13} />}
        onClick={() => newConversation(available)}
      >
        Ask in a new conversation
      </Button>
    </div>
  );
}
