// `npm start`: the lab by default, and with --config the real watchdog on this machine.
import { parseOptions } from './options.ts';
import { openScreen } from './screen.ts';

const options = parseOptions(process.argv.slice(2), process.stdout, process.stderr);
if ('exitCode' in options) {
  process.exit(options.exitCode);
}

// Ends cleanly at the first signal, and at once at the second.
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  });
}
// `npm start | head` closes our output early, which is no failure of ours.
process.stdout.on('error', () => process.exit());

const screen = openScreen(process.stdout);
const needs = { screen, signal: stopping.signal };
// Loaded only here: --help and a wrong option need none of it.
const exitCode =
  options.mode === 'live'
    ? await (await import('./live/live.ts')).watchFile(options, needs)
    : await (await import('./play.ts')).play(options, needs);
process.exit(exitCode);
