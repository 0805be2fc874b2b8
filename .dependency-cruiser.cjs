/**
 * The import rules of the house (docs/adr/0001): 0 exceptions. test/contract/import-rules.spec.ts plants a violation of each one.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const TESTS = '(\\.(spec|int-spec|e2e-spec|web-spec|deep-spec)\\.tsx?$|^test/|^libs/testing/)';
const npm = (pattern) => `node_modules/(${pattern})`;

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'Domain code is plain TypeScript: its own domain and libs/kernel, nothing else. Move the I/O behind a port.',
      severity: 'error',
      from: { path: '^apps/backend/src/modules/([^/]+)/domain/', pathNot: TESTS },
      to: { pathNot: ['^apps/backend/src/modules/$1/domain/', '^libs/kernel/'] },
    },
    {
      name: 'application-no-adapters',
      comment: 'The application layer knows ports, not adapters. Declare a port and implement it in infrastructure.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/.*/application/', pathNot: TESTS },
      to: { path: ['/(infrastructure|api)/', npm('typeorm|@nestjs/typeorm|pg|@aws-sdk|@nats-io|nats')] },
    },
    {
      name: 'api-thin',
      comment: 'A controller executes a command or a query; it does not reach into infrastructure.',
      severity: 'error',
      from: { path: '^apps/backend/src/modules/[^/]+/api/', pathNot: TESTS },
      to: { path: ['/infrastructure/', npm('typeorm|@nestjs/typeorm')] },
    },
    {
      name: 'module-front-door',
      comment: "Another module is its index.ts.",
      severity: 'error',
      from: { path: '^apps/backend/src/modules/([^/]+)/', pathNot: TESTS },
      to: { path: '^apps/backend/src/modules/([^/]+)/', pathNot: ['^apps/backend/src/modules/$1/', '^apps/backend/src/modules/[^/]+/index\\.ts$'] },
    },
    {
      name: 'apps-are-islands',
      comment: 'Apps meet in libs/contracts only.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    { name: 'libs-below-apps', comment: 'A lib never imports an app.', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'lib-front-door',
      comment: 'Another lib is its src/index.ts; for tests also its src/testing/index.ts.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/([^/]+)/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/(testing/)?index\\.ts$'] },
    },
    {
      name: 'lib-front-door-from-apps',
      comment: 'A lib is its src/index.ts; for tests also its src/testing/index.ts.',
      severity: 'error',
      from: { path: '^(apps|test)/' },
      to: { path: '^libs/[^/]+/', pathNot: '^libs/[^/]+/src/(testing/)?index\\.ts$' },
    },
    {
      name: 'contracts-portable',
      comment: 'libs/contracts runs in a browser and in any app: no Node API, no Nest.',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: TESTS },
      to: { path: npm('@nestjs') },
    },
    {
      name: 'contracts-no-node',
      comment: 'libs/contracts runs in a browser and in any app: no Node API, no Nest.',
      severity: 'error',
      from: { path: ['^libs/contracts/', '^libs/kernel/'], pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'kernel-has-no-dependency',
      comment: 'libs/kernel depends on nothing.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TESTS },
      to: { pathNot: '^libs/kernel/' },
    },
    {
      name: 'engine-no-react',
      comment: 'The canvas engine is framework-free.',
      severity: 'error',
      from: { path: '^apps/labeler/src/engine/', pathNot: TESTS },
      to: { path: [npm('react[^/]*|@mantine|@tanstack'), '^apps/labeler/src/features/'] },
    },
    {
      name: 'only-tests-use-testing',
      comment: 'libs/testing, and what a lib has for tests, is for tests.',
      severity: 'error',
      from: { pathNot: [TESTS, '^libs/[^/]+/src/testing/'] },
      to: { path: ['^libs/testing/', '^libs/[^/]+/src/testing/'] },
    },
    { name: 'no-circular', comment: 'Break the circle: move what both need below them.', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, or a main that is not listed here.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [TESTS, '(^|/)(main|global-setup|vite\\.config)\\.tsx?$', '\\.main\\.ts$', '\\.d\\.ts$', '/dev/', '/public/'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache|\\.data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.d.ts'] },
  },
};
