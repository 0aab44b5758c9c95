// The direction of dependencies: core ← ports ← workflows ← everything else; adapters never meet.
const adapters = ['imap', 'dns', 'providers', 'database', 'notify'];
const outside = '^src/(imap|dns|providers|database|notify|http|queue|web|sandbox|config)/';

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      comment: 'core/ takes values and returns values: no Nest, no node:, no adapter',
      severity: 'error',
      from: { path: '^src/core/', pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: '^src/core/|node_modules/(tldts|tldts-core|@noble/hashes|fast-xml-parser|ipaddr\\.js|zod)/',
      },
    },
    {
      name: 'ports-know-core-only',
      severity: 'error',
      from: { path: '^src/ports/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^src/(ports|core)/' },
    },
    {
      name: 'workflows-know-ports-and-core',
      severity: 'error',
      from: { path: '^src/workflows/', pathNot: '\\.spec\\.ts$' },
      to: { path: outside },
    },
    ...adapters.map((room) => ({
      name: `${room}-meets-no-other-room`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: `^src/(${room}|ports|core)/` },
    })),
    {
      name: 'config-stands-alone',
      severity: 'error',
      from: { path: '^src/config/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(config|core)/' },
    },
    {
      name: 'http-queue-and-web-go-through-workflows',
      severity: 'error',
      from: { path: '^src/(http|queue|web)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/(imap|dns|providers|database|notify|sandbox)/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      // The browser loads what stands in assets.
      from: { orphan: true, path: '^src/', pathNot: '\\.spec\\.ts$|^src/web/assets/' },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
