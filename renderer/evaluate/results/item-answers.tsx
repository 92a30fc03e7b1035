import type { ReportItem } from '../../../shared/domain/report/evaluation-report.ts';
import type { SystemKey } from '../../../shared/domain/evaluate/evaluation.ts';
import { answerNote, itemDialogue } from '../../../shared/report/item-dialogue.ts';
import { AnswerText } from '../../ui/text/answer-text.tsx';
import { DialogueTurns } from '../dialogue-turns.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';

/** Both answers of a comparison with who gave them; of dialogues all of theirs, turn by turn. */
export function ItemAnswers({ item }: { item: ReportItem }) {
  const { turns } = itemDialogue(item);
  if (turns.length === 0)
    return (
      <div className="item-answers">
        {(['a', 'b'] as const).map((key) => (
          <ScrollRegion key={key} className="item-answer" label={`Answer of ${key.toUpperCase()}`}>
            <SideTitle item={item} side={key} note={answerNote(item[key])} />
            <AnswerText text={item[key].output} />
          </ScrollRegion>
        ))}
      </div>
    );
  return (
    <DialogueTurns
      sides={[
        <SideTitle key="a" item={item} side="a" />,
        <SideTitle key="b" item={item} side="b" />,
      ]}
      turns={turns.map(({ asked, a, b }) => ({
        asked,
        left: <TurnAnswer answer={a} />,
        right: <TurnAnswer answer={b} />,
      }))}
    />
  );
}

interface SideTitleProps {
  item: ReportItem;
  side: SystemKey;
  note?: string;
}

function SideTitle({ item: { shownLeft }, side, note }: SideTitleProps) {
  return (
    <h3 className="row">
      <span className={`identity-side identity-side-${side}`}>{side.toUpperCase()}</span>
      <span className="faint small">
        {note !== undefined && `${note} · `}shown {shownLeft === side ? 'left' : 'right'}
      </span>
    </h3>
  );
}

function TurnAnswer({ answer }: { answer: ReportItem['a']['turns'][number] }) {
  return (
    <>
      <AnswerText text={answer.output} />
      <p className="faint small">{answerNote(answer)}</p>
    </>
  );
}
