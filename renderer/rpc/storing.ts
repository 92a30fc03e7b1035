import { create } from 'zustand';

/** So long nobody has to be told of it. */
const slowMs = 400;
let underWay = 0;

/** Whether something that was chosen takes its time to reach the disk. */
export const useStoring = create<{ isSlow: boolean }>(() => ({ isSlow: false }));

/** Marks what a view shows as done already while it is stored; answers as the call itself. */
export async function whileStoring<Answer>(call: Promise<Answer>): Promise<Answer> {
  underWay += 1;
  const timer = setTimeout(() => useStoring.setState({ isSlow: true }), slowMs);
  try {
    return await call;
  } finally {
    clearTimeout(timer);
    underWay -= 1;
    if (underWay === 0) useStoring.setState({ isSlow: false });
  }
}

/** Whether leaving the page now could lose a review or a vote. */
export const isStoring = (): boolean => underWay > 0;
