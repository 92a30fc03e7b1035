import {
  supportOf,
  trainedKinds,
  trainingSupport,
  unmeasuredNote,
} from '../../../shared/domain/model/training-support.ts';
import './trainable-kinds.css';

/** What the trainer was measured to train: types of weights by architecture and device. */
export function TrainableKinds() {
  const { architectures, types } = trainedKinds(trainingSupport);
  return (
    <details className="small">
      <summary>Which models can be trained?</summary>
      <div className="kinds-scroll">
        <table className="kinds" aria-label="What was trained on which device">
          <thead>
            <tr>
              <th scope="col">Weights</th>
              {architectures.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {types.map((type) => (
              <tr key={type}>
                <th scope="row">{type}</th>
                {architectures.map((name) => (
                  <Cell key={name} architecture={name} type={type} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="kinds-notes dim">
        {trainingSupport.map(({ family, measuredOn }) => (
          <li key={family}>
            {family}: measured on {measuredOn}
          </li>
        ))}
        <li>{unmeasuredNote}</li>
      </ul>
    </details>
  );
}

function Cell({ architecture, type }: { architecture: string; type: string }) {
  const trained = trainingSupport.filter(
    (device) => supportOf(device, architecture, type) === 'trained',
  );
  const others = trainingSupport.filter((device) => !trained.includes(device));
  const whyNot = others.map((device) => {
    const reason = device.refused[`${architecture} ${type}`] ?? 'not measured';
    return `${device.family}: ${reason}`;
  });
  return (
    <td title={whyNot.join('; ')}>
      {trained.map(({ family }) => family).join(', ')}
      {others.length > 0 && (
        <span className="dim">
          {trained.length > 0 && ', '}
          {others
            .map((device) => `${device.family}: ${supportOf(device, architecture, type)}`)
            .join(', ')}
        </span>
      )}
    </td>
  );
}
