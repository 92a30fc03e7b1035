import type { ReviewAction, SampleStatus } from '../../shared/domain/sample.ts';
import type { Tone } from '../ui/feedback/badge.tsx';

/** The statuses in the order a sample goes through them. */
export const sampleStatuses: readonly SampleStatus[] = ['pending', 'accepted', 'rejected'];

/** The colour a status is shown in, always beside its word or sign. */
export const statusTones: Record<SampleStatus, Tone> = {
  pending: 'plain',
  accepted: 'good',
  rejected: 'bad',
};

/** The status a review leads to. */
export const statusAfter: Record<ReviewAction, SampleStatus> = {
  accept: 'accepted',
  reject: 'rejected',
  reset: 'pending',
};
