// The command line of `npm start`: what it understands, and what it refuses before anything runs.
import { expect, test } from 'vitest';
import { parseOptions } from '../../lab/options.ts';

function parse(line: string): { options: ReturnType<typeof parseOptions>; text: string } {
  let text = '';
  const output = {
    write: (chunk: string | Uint8Array): boolean => {
      text += String(chunk);
      return true;
    },
  };
  const options = parseOptions(line === '' ? [] : line.split(' '), output, output);
  return { options, text };
}

test('without anything it is the lab, with its story, sixty times as fast', () => {
  expect(parse('').options).toEqual({ mode: 'lab', hasStory: true, isOnce: false, speed: 60, port: 0 });
});

test('with a configuration it is the real thing, each minute', () => {
  const { options } = parse(
    '--config home.yaml --resolve [2001:db8::1]:9000:127.0.0.1:7 --allow 10.1.0.0/16',
  );
  expect(options).toEqual({
    mode: 'live',
    configPath: 'home.yaml',
    dataDir: '.basement-watchdog',
    network: {
      allow: ['10.1.0.0/16'],
      hosts: new Map([['[2001:db8::1]:9000', { address: '127.0.0.1', port: 7 }]]),
    },
    everyMs: 60_000,
    port: 0,
    heartbeatPort: 0,
  });
});

test('--help shows both modes, with examples', () => {
  const { options, text } = parse('--help');
  expect(options).toEqual({ exitCode: 0 });
  expect(text).toContain('$ npm start -- --once');
  expect(text).toContain('--resolve <host:port:address[:port]>');
});

test.each([
  ['--heartbeat-port 8701', '--heartbeat-port goes with --config FILE'],
  ['--config a.yaml --heartbeat-port 70000', 'write a whole number from 0 to 65535'],
  ['--speed 61', 'write a whole number from 1 to 60'],
  ['--speed 1.5', 'write a whole number from 1 to 60'],
  ['--config a.yaml --every 500ms', 'from 1s to 60m'],
  ['--config a.yaml --resolve vpn.example.net:30303', 'host:port:address'],
  ['--config a.yaml --allow everything', 'this is not a network'],
  ['--config a.yaml --once', '--once is for the lab'],
  ['--config a.yaml --no-story', '--no-story is for the lab'],
  ['--data here', '--data goes with --config FILE'],
  ['--every 2s', '--every goes with --config FILE'],
  ['--once --no-story', '--once plays the story'],
  ['--port 70000', 'from 0 to 65535'],
  ['watchdog.yaml', 'too many arguments'],
  ['--sped 2', 'unknown option'],
])('%s is refused: %s', (line, words) => {
  const { options, text } = parse(line);
  expect(options).toEqual({ exitCode: 2 });
  expect(text).toContain(words);
});
