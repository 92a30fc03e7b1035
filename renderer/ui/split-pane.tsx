import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import './split-pane.css';

interface SplitPaneProps {
  /** Names the remembered width. */
  name: string;
  left: ReactNode;
  right: ReactNode;
  initialPx: number;
  minPx: number;
}

const rightMinPx = 320;

/** Two panes with a divider that can be dragged or moved by arrow keys; the width is remembered. */
export function SplitPane({ name, left, right, initialPx, minPx }: SplitPaneProps) {
  const storageKey = `lima.split.${name}`;
  const root = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(() => {
    const stored = Number(localStorage.getItem(storageKey));
    return stored >= minPx ? stored : initialPx;
  });
  const resize = (wantedPx: number) => {
    const available = root.current?.clientWidth ?? Infinity;
    const next = Math.round(Math.max(minPx, Math.min(wantedPx, available - rightMinPx)));
    setWidthPx(next);
    localStorage.setItem(storageKey, String(next));
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    resize(event.clientX - (root.current?.getBoundingClientRect().left ?? 0));
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    resize(widthPx + (event.key === 'ArrowLeft' ? -16 : 16));
  };
  return (
    <div ref={root} className="split">
      <div className="split-left" style={{ width: widthPx }}>
        {left}
      </div>
      <div
        className="split-divider"
        role="slider"
        aria-orientation="horizontal"
        aria-label="Width of the left pane"
        aria-valuenow={widthPx}
        aria-valuemin={minPx}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={press}
      />
      <div className="split-right">{right}</div>
    </div>
  );
}
