import { PlugZap } from 'lucide-react';
import { useConnection } from '../rpc/connection.ts';

/** Says that nothing can be saved right now; gone as soon as the core answers again. */
export function ConnectionBanner() {
  const { phase, reason } = useConnection();
  if (phase !== 'lost') return null;
  return (
    <div className="banner" role="alert">
      <PlugZap size={14} aria-hidden />
      <span>Disconnected from the core. Trying again… Unsaved text stays here. ({reason})</span>
    </div>
  );
}
