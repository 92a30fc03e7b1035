import { useEffect, useRef } from 'react';
import { SplitPane } from '../ui/split-pane.tsx';
import { CurateDialogs } from './curate-dialogs.tsx';
import { useCurateShortcuts } from './curate-shortcuts.ts';
import { useCurate } from './curate-store.ts';
import { CurateToolbar } from './curate-toolbar.tsx';
import { DetailPane } from './detail-pane.tsx';
import { FilterBar } from './list/filter-bar.tsx';
import { rowCache } from './list/rows.ts';
import { SampleList } from './list/sample-list.tsx';
import { useDroppedFiles } from './import/use-dropped-files.ts';
import { useSampleList } from './list/use-sample-list.ts';
import { useWantedSample } from './use-wanted-sample.ts';

/** The Curate tab: from imported dumps to a frozen dataset. */
export default function CurateView() {
  const search = useRef<HTMLInputElement>(null);
  const detail = useRef<HTMLDivElement>(null);
  const list = useSampleList();
  useCurateShortcuts({ search, detail });
  useDroppedFiles();
  useWantedSample();
  useEffect(() => forgetProject, []);
  return (
    <>
      <CurateToolbar matching={list.matching} />
      <SplitPane
        name="curate"
        initialPx={440}
        minPx={300}
        left={
          <>
            <FilterBar searchRef={search} />
            <SampleList list={list} />
          </>
        }
        right={<DetailPane paneRef={detail} />}
      />
      <CurateDialogs />
    </>
  );
}

/** The tab is mounted anew for each project: nothing of the last one may show through. */
function forgetProject(): void {
  rowCache.clear();
  useCurate.setState(useCurate.getInitialState());
}
