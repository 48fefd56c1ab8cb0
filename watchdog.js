#!/usr/bin/env node
// The `watchdog` command: runs cli/main.ts under the Node 24 that `npm ci` put beside it, whatever node started it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const running = Number.parseInt(process.versions.node, 10) >= 24 ? process.execPath : '';
const node = [here('node_modules/node/bin/node'), running].find((path) => existsSync(path));
if (node === undefined || !existsSync(here('node_modules/commander'))) {
  const lacking = `watchdog needs its packages and Node 24 (this is ${process.version})`;
  console.error(`${lacking}: run \`npm ci\` in ${here('.')}`);
  process.exit(2);
}
// What Node has compiled once it need not compile again: half the time to start.
const env = { NODE_COMPILE_CACHE: here('node_modules/.cache/watchdog'), ...process.env };
const child = spawn(node, [here('cli/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit', env });
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
