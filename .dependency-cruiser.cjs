/** Rules of the layout; .ci/boundaries.ts runs them and .ci/boundaries.test.ts breaks each one. */
const test = '\\.test\\.tsx?$|/testing/|^e2e/|^\\.ci/';
const tabs = '(curate|train|chat|evaluate)';
/** What runs on Electron's own Node; core-side runs on plain Node beside the core. */
const insideElectron = '^main/electron/(?!core-side/)';
/** What is never shipped: benchmarks, the pretraining of Atlas, the support table. */
const tools = '^main/tools/';
const tool = '^renderer/vite\\.config\\.ts$|^[^/]+\\.config\\.ts$';

/** One npm package or Node module may be imported by one folder only. */
const onlyFrom = (name, folder, target) => ({
  name: `only-${folder.replaceAll(/[^\w]+/g, '-').replace(/-$/, '')}-imports-${name}`,
  severity: 'error',
  from: { pathNot: `^${folder}/|${test}` },
  to: { path: target },
});
const npm = (name) => `(^|/)node_modules/${name}/|^${name}(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'renderer-imports-shared-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|e2e|\\.ci)/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: `${test}|${tool}` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'tabs-never-import-each-other',
      severity: 'error',
      from: { path: `^renderer/${tabs}/` },
      to: { path: `^renderer/${tabs}/`, pathNot: '^renderer/$1/' },
    },
    {
      name: 'tabs-and-kit-never-import-the-shell',
      severity: 'error',
      from: { path: `^renderer/(${tabs}|ui|rpc)/` },
      to: { path: '^renderer/app/' },
    },
    {
      name: 'kit-never-imports-tabs',
      severity: 'error',
      from: { path: '^renderer/(ui|rpc)/' },
      to: { path: `^renderer/${tabs}/` },
    },
    {
      name: 'shared-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(main|renderer|e2e|\\.ci)/' },
    },
    {
      name: 'shared-has-no-node',
      severity: 'error',
      from: { path: '^shared/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-uses-pure-packages-only',
      severity: 'error',
      from: { path: '^shared/', pathNot: test },
      to: {
        path: '(^|/)node_modules/',
        pathNot: '(^|/)node_modules/(zod|@huggingface/jinja|@orpc/contract)/',
      },
    },
    {
      name: 'core-and-store-know-no-shell',
      severity: 'error',
      from: { path: '^main/(core|store)/', pathNot: test },
      to: { path: '^main/(electron|headless|shell)/|^renderer/' },
    },
    {
      name: 'store-stands-alone',
      severity: 'error',
      from: { path: '^main/store/', pathNot: test },
      to: { path: '^main/(core|engines|gguf|inference|trainer)/' },
    },
    {
      name: 'core-knows-engines-by-protocol-only',
      severity: 'error',
      from: { path: '^main/core/', pathNot: test },
      to: {
        path: '^main/(inference|trainer|engines|gguf)/',
        pathNot:
          '^main/engines/(start-engines|engine-process|program-file)\\.ts$|^main/engines/protocol/',
      },
    },
    {
      name: 'core-asks-engines-for-guarded-paths-only',
      severity: 'error',
      // Backups are asked about by the names that the store gave them.
      from: {
        path: '^main/core/',
        pathNot: `^main/core/files/guarded-engines\\.ts$|^main/core/backups/|${test}`,
      },
      to: { path: '^main/engines/start-engines\\.ts$' },
    },
    {
      name: 'only-the-guard-calls-a-path-guarded',
      severity: 'error',
      from: { path: '^main/', pathNot: `^main/core/files/|${test}` },
      to: {
        path: '^main/core/files/guarded-path\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'core-touches-files-in-few-places',
      severity: 'error',
      from: {
        path: '^main/core/',
        pathNot: `^main/core/(files|base|devices|backups|merge|network)/|^main/core/curate/(import/read|scan)/|^main/core/project/(project-session|project-service|inspect-project)\\.ts$|^main/core/sample-project\\.ts$|${test}`,
      },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'engines-know-protocol-and-formats-only',
      severity: 'error',
      from: { path: '^main/(inference|trainer)/', pathNot: test },
      to: {
        path: '^main/',
        pathNot:
          '^main/$1/|^main/(gguf|native|side-files|input-files)/|^main/engines/protocol/|^main/engines/(serve-engine|engine-process|call-in-time)\\.ts$',
      },
    },
    {
      name: 'templates-run-in-their-own-process',
      severity: 'error',
      from: {
        path: '^(main|renderer)/',
        pathNot: `^main/(?:inference/template/render-orders|engines/inspector/model-template|tools/corpus/try-file)\\.ts$|${test}`,
      },
      to: {
        path: '^shared/template/(generation|jinja|render|run|split|try)-|/@huggingface/jinja/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'gguf-stands-alone',
      severity: 'error',
      from: { path: '^main/gguf/', pathNot: test },
      to: { path: '^main/', pathNot: '^main/(gguf|side-files|input-files)/' },
    },
    {
      name: 'native-knows-errors-only',
      severity: 'error',
      from: { path: '^main/native/', pathNot: test },
      to: { path: '^main/', pathNot: '^main/native/|^main/engines/protocol/errors\\.ts$' },
    },
    {
      name: 'native-code-is-called-in-engines-only',
      severity: 'error',
      from: {
        path: '^(main|renderer)/',
        pathNot: `^main/(native|trainer|inference|tools)/|${test}`,
      },
      to: { path: '^main/native/' },
    },
    {
      name: 'side-files-stand-alone',
      severity: 'error',
      from: { path: '^main/side-files/', pathNot: test },
      to: { path: '^(main|shared|renderer)/|(^|/)node_modules/', pathNot: '^main/side-files/' },
    },
    {
      name: 'input-files-stand-alone',
      severity: 'error',
      from: { path: '^main/input-files/', pathNot: test },
      to: { path: '^(main|shared|renderer)/|(^|/)node_modules/', pathNot: '^main/input-files/' },
    },
    {
      name: 'supervision-knows-no-engine',
      severity: 'error',
      from: { path: '^main/engines/', pathNot: `^main/engines/inspector/|${test}` },
      to: { path: '^main/(core|store|inference|trainer|electron|headless|shell)/' },
    },
    {
      name: 'inspector-starts-no-shell-core-or-engine',
      severity: 'error',
      from: { path: '^main/engines/inspector/', pathNot: test },
      to: { path: '^main/(core|electron|headless|shell|inference|trainer)/' },
    },
    {
      name: 'trainer-and-inference-entries-never-open-projects',
      severity: 'error',
      from: { path: '^main/(trainer|inference)/entry\\.ts$' },
      to: { path: '^main/store/', reachable: true },
    },
    {
      name: 'electron-and-headless-never-import-each-other',
      severity: 'error',
      from: { path: '^main/(electron|headless)/' },
      to: { path: '^main/(electron|headless)/', pathNot: '^main/$1/' },
    },
    {
      name: 'shell-stands-alone',
      severity: 'error',
      from: { path: '^main/shell/', pathNot: test },
      to: { path: '^main/', pathNot: '^main/shell/' },
    },
    {
      name: 'headless-reaches-engines-through-the-core',
      severity: 'error',
      from: { path: '^main/headless/', pathNot: test },
      to: { path: '^main/(store|gguf|inference|trainer)/' },
    },
    {
      name: 'electron-reaches-the-core-by-messages-only',
      severity: 'error',
      from: { path: insideElectron, pathNot: test },
      to: { path: '^main/(core|store|inference|trainer)/' },
    },
    {
      name: 'core-side-runs-without-electron',
      severity: 'error',
      from: { path: '^main/electron/core-side/', pathNot: test },
      to: { path: `${insideElectron}|${npm('electron')}` },
    },
    {
      // Before the check nothing may run that lies beside app.asar.
      name: 'what-checks-the-package-lies-inside-of-it',
      severity: 'error',
      from: { path: '^main/electron/(main|verify-package)\\.ts$' },
      to: {
        pathNot: `^main/electron/(verify-package|start-app)\\.ts$|${npm('electron')}|^(node:)?(crypto|fs|path)$`,
      },
    },
    onlyFrom('electron', 'main/electron', npm('electron')),
    onlyFrom('http', 'main/(headless|core/network)', '^(node:)?https?2?$'),
    onlyFrom('ky', 'main/core/network', npm('ky')),
    onlyFrom(
      'sockets',
      'main/(headless|core/network|engines)',
      '^(node:)?(net|tls|dns|dgram)(/promises)?$',
    ),
    {
      name: 'network-knows-no-project',
      severity: 'error',
      from: { path: '^main/core/network/', pathNot: test },
      to: { path: '^main/(?!core/(network|base)/|side-files/|input-files/)' },
    },
    onlyFrom('ws', 'main/headless', npm('ws')),
    onlyFrom('better-sqlite3', 'main/store', npm('better-sqlite3')),
    onlyFrom('node-llama-cpp', 'main/inference', npm('node-llama-cpp')),
    onlyFrom('koffi', 'main/(native|trainer)', npm('koffi')),
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^(main|renderer|shared)/', pathNot: `${test}|${tools}` },
      to: { path: test },
    },
    {
      name: 'product-never-imports-tools',
      severity: 'error',
      from: { path: '^(main|renderer|shared)/', pathNot: `${test}|${tools}` },
      to: { path: tools },
    },
    {
      name: 'product-never-imports-the-build-of-kernels',
      severity: 'error',
      from: { path: '^(main|renderer|shared)/', pathNot: test },
      to: { path: '^main/trainer/kernels/' },
    },
    {
      name: 'shipped-code-uses-shipped-packages',
      severity: 'error',
      from: { path: '^(main|shared)/', pathNot: `${test}|${tools}|${insideElectron}` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist|coverage|test-results)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
