import type { Figure, Mark } from '../../../shared/domain/figure.ts';
import { figureToSvg } from '../../../shared/report/figures/figure.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../button.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { saveText } from '../files/save-text.ts';
import './figure-view.css';

interface FigureViewProps {
  figure: Figure;
  fileName: string;
  /** The table that says the same in words. */
  tableId?: string;
}

/** A figure of the report as elements, with a button that saves it as SVG. */
export function FigureView({ figure, fileName, tableId }: FigureViewProps) {
  const { title, width, height, marks } = figure;
  const save = useAction(() =>
    saveText(
      {
        title: 'Save the figure',
        fileName,
        mediaType: 'image/svg+xml',
        write: () => figureToSvg(figure),
      },
      (target) => rpc.statistics.saveFigure({ figure, ...target }),
    ),
  );
  return (
    <figure className="figure" aria-label={title} aria-details={tableId}>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title}>
        {marks.map((mark, index) => (
          <MarkView key={index} mark={mark} />
        ))}
      </svg>
      <figcaption className="row small dim">
        {title}
        <span className="spacer" />
        <Button
          small
          aria-label={`Save as SVG: ${title}`}
          isBusy={save.isRunning}
          onClick={() => void save.run()}
        >
          SVG
        </Button>
      </figcaption>
      {save.error !== undefined && <ErrorView error={save.error} />}
    </figure>
  );
}

function MarkView({ mark }: { mark: Mark }) {
  const className = `mark-${mark.tone}`;
  if (mark.kind === 'rect') {
    const { x, y, width, height } = mark;
    return <rect className={className} x={x} y={y} width={width} height={height} />;
  }
  if (mark.kind === 'line') {
    const { x1, y1, x2, y2 } = mark;
    return <line className={className} x1={x1} y1={y1} x2={x2} y2={y2} />;
  }
  if (mark.kind === 'circle')
    return <circle className={className} cx={mark.x} cy={mark.y} r={mark.radius} />;
  return (
    <text className={className} x={mark.x} y={mark.y} textAnchor={mark.anchor}>
      {mark.whole !== undefined && <title>{mark.whole}</title>}
      {mark.text}
    </text>
  );
}
