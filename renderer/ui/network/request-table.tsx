import type { LoggedRequest } from '../../../shared/contract/network.ts';
import { requestOutcome } from '../../../shared/text/network.ts';
import { formatBytes, formatDuration } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { QueryView } from '../feedback/states.tsx';
import { formatMoment } from '../format.ts';
import { VisibleText } from '../text/visible-text.tsx';

/** The newest requests of the open project to endpoints. */
export function RequestTable() {
  const log = useQuery(['network.log'], () => rpc.network.log({ limit: 100 }), ['network']);
  return (
    <QueryView query={log}>
      {({ requests }) =>
        requests.length === 0 ? (
          <p className="dim">Nothing was ever sent for this project from this machine.</p>
        ) : (
          <section className="network-requests" aria-label="Requests" data-scroll-keys>
            <table className="table">
              <thead>
                <tr>
                  <th>When</th>
                  <th>Where</th>
                  <th>For</th>
                  <th>Outcome</th>
                  <th className="number">Sent</th>
                  <th className="number">Received</th>
                  <th className="number">Took</th>
                </tr>
              </thead>
              <tbody>
                {requests.map((request, index) => (
                  <RequestRow key={index} request={request} />
                ))}
              </tbody>
            </table>
          </section>
        )
      }
    </QueryView>
  );
}

function RequestRow({ request }: { request: LoggedRequest }) {
  const { atMs, origin, path, model, purpose, sentBytes, receivedBytes, ms } = request;
  return (
    <tr>
      <td>{formatMoment(atMs)}</td>
      <td className="network-path">
        {origin}
        {path}
        {model !== null && (
          <>
            {' · '}
            <VisibleText text={model} />
          </>
        )}
      </td>
      <td>{purpose}</td>
      <td>
        <VisibleText text={requestOutcome(request)} />
      </td>
      <td className="number">{formatBytes(sentBytes)}</td>
      <td className="number">{formatBytes(receivedBytes)}</td>
      <td className="number">{ms === null ? '–' : formatDuration(ms)}</td>
    </tr>
  );
}
