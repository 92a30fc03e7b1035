import { strengthText } from '../../../shared/text/model-names.ts';
import type { ReportSystem } from '../../../shared/domain/report/evaluation-report.ts';
import { endpointFields } from '../../../shared/report/endpoint-origins.ts';
import type {
  EndpointIdentity,
  Identity,
  ImportedIdentity,
} from '../../../shared/domain/identity.ts';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { formatMoment } from '../../ui/format.ts';
import { describeSampling } from '../../ui/systems/sampling.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** A contestant as the engine reported it: the weights by hash and how it sampled. */
export function IdentityCard({ side, system }: { side: 'A' | 'B'; system: ReportSystem }) {
  return (
    <section className="panel identity" aria-label={`System ${side}`}>
      <h2>
        <span className={`identity-side identity-side-${side.toLowerCase()}`}>{side}</span>
        <VisibleText text={system.name} />
      </h2>
      {system.identities.length + system.imported.length + system.endpoints.length === 0 && (
        <p className="dim">The weights behind its answers are not recorded.</p>
      )}
      {system.identities.map((identity, index) => (
        <IdentityFacts key={index} identity={identity} />
      ))}
      {system.imported.map((origin, index) => (
        <OriginFacts key={index} origin={origin} />
      ))}
      {system.endpoints.map((endpoint, index) => (
        <EndpointFacts key={index} endpoint={endpoint} />
      ))}
    </section>
  );
}

/** Where imported answers came from: what gave them is only what the file says. */
function OriginFacts({ origin }: { origin: ImportedIdentity }) {
  return (
    <dl className="facts">
      <HashFact label="Imported from" name={origin.importedFrom} hash={origin.fileSha256} />
      <div>
        <dt>Generator, as the file says</dt>
        <dd>{origin.generator === null ? 'not named' : <VisibleText text={origin.generator} />}</dd>
      </div>
      <div>
        <dt>Imported</dt>
        <dd>{formatMoment(origin.importedMs)}</dd>
      </div>
    </dl>
  );
}

/** What an endpoint said of itself: which weights it has, nobody here knows. */
function EndpointFacts({ endpoint }: { endpoint: EndpointIdentity }) {
  return (
    <dl className="facts">
      {endpointFields(endpoint).map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <VisibleText text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function IdentityFacts({ identity }: { identity: Identity }) {
  return (
    <dl className="facts">
      <HashFact label="Base" name={identity.baseName} hash={identity.baseSha256} />
      {identity.adapterSha256 === null ? (
        <div>
          <dt>Adapter</dt>
          <dd>none</dd>
        </div>
      ) : (
        <HashFact
          label="Adapter"
          name={`${identity.adapterName ?? 'unnamed'} ${strengthText(identity.strength)}`}
          hash={identity.adapterSha256}
        />
      )}
      <HashFact label="Template" name="" hash={identity.templateSha256} />
      {identity.fewShotSha256 !== undefined && (
        <HashFact label="Few-shot prefix" name="" hash={identity.fewShotSha256} />
      )}
      <div>
        <dt>Sampling</dt>
        <dd>
          {describeSampling(identity.sampling)}
          {identity.parallel !== undefined && `, ${identity.parallel} side by side`}
        </dd>
      </div>
      <div>
        <dt>Engine</dt>
        <dd>
          {identity.engine} on {identity.device}
        </dd>
      </div>
    </dl>
  );
}

function HashFact({ label, name, hash }: { label: string; name: string; hash: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="identity-hash">
        {name !== '' && <VisibleText text={name} />}
        <span className="mono dim" title={`SHA-256 ${hash}`}>
          {hash.slice(0, 16)}…
        </span>
        <CopyButton text={hash} label={`Copy ${label.toLowerCase()} hash`} />
      </dd>
    </div>
  );
}
