import { fileURLToPath } from 'node:url';

// From source the folder lies three folders up; compiled code lies one folder deeper.
const fromHere = import.meta.url.endsWith('.ts') ? '../../../resources/' : '../../../../resources/';

/** The folder of what comes with the application: recipes and the sample project. */
export const resourcesDir = fileURLToPath(new URL(fromHere, import.meta.url));
