import { trainingSupport } from '../../shared/domain/training-support.ts';

/** What the trainer was measured to train: architectures and types of weights by device. */
export function TrainableKinds() {
  return (
    <details className="small">
      <summary>Which models can be trained?</summary>
      {trainingSupport.map(({ family, types }) => (
        <dl key={family} aria-label={`Trained on ${family}`}>
          {Object.entries(types).map(([architecture, names]) => (
            <div key={architecture}>
              <dt>
                {architecture} on {family}
              </dt>
              <dd className="dim">{names}</dd>
            </div>
          ))}
        </dl>
      ))}
    </details>
  );
}
