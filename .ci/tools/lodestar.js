// Writes the package.json with which an old Lodestar installs, and the one function that its Node lacks. Usage: lodestar.js VERSION FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [version, folder] = process.argv.slice(2);
const parts = [
  'api',
  'beacon-node',
  'config',
  'db',
  'fork-choice',
  'light-client',
  'params',
  'reqresp',
  'state-transition',
  'types',
  'utils',
  'validator',
];
const overrides = Object.fromEntries(parts.map((part) => [`@lodestar/${part}`, version]));
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({
    private: true,
    dependencies: { '@chainsafe/lodestar': version },
    // Newer ones of these refuse the addresses that this version listens on.
    overrides: { ...overrides, '@multiformats/multiaddr': '11.6.1' },
  }),
);
writeFileSync(
  join(folder, 'polyfill.cjs'),
  `Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => ((resolve = yes), (reject = no)));
  return { promise, resolve, reject };
};
`,
);
