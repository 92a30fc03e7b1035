/** Rules between folders. Tests are left out: theirs may lead anywhere. */
const { options } = require('../.dependency-cruiser.cjs');
const tests = '\\.test\\.tsx?$|/testing/|^e2e/|^\\.ci/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-folder-cycles',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...options, exclude: { path: `${options.exclude.path}|${tests}` }, metrics: true },
};
