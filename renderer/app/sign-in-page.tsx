import { useConnection } from '../rpc/connection.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/feedback/states.tsx';

/** What a browser without the server's token sees. */
export function SignInPage() {
  const reason = useConnection((state) => state.reason);
  return (
    <main className="app">
      <EmptyState
        title="Open the address that the server printed"
        actions={<Button onClick={() => location.reload()}>Try again</Button>}
      >
        {reason} When it starts, <code>lima serve</code> prints an address that ends with{' '}
        <code>#token=…</code>. Open that whole address in this browser. A new token is made at every
        start.
      </EmptyState>
    </main>
  );
}
