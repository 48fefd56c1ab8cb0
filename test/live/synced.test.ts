// The probe of the charts beside real clients: at the head, fresh, and on a chain that has stopped.
import { describe, expect, test } from 'vitest';
import { runProgram } from '../basement/fence/run-program.ts';
import { lacksFence } from '../support/fence-program.ts';
import { lacks } from '../support/tools.ts';
import { startCometbftNet } from './nets/cometbft.ts';
import { startAnvil, startGeth } from './nets/execution.ts';
import { until } from './nets/wait.ts';

async function said(...args: readonly string[]): Promise<string> {
  const { code, stdout } = await runProgram('synced', args);
  return `${code} ${stdout.trim()}`;
}

const untilSaid = async (what: RegExp, ...args: readonly string[]): Promise<string> =>
  until(`synced to say ${what.source}`, async () => {
    const line = await said(...args);
    return what.test(line) ? line : null;
  });

describe.skipIf(lacksFence() || lacks('anvil'))('anvil', () => {
  test('is ready while it makes blocks, and not when nobody answers', async () => {
    const anvil = await startAnvil();
    try {
      await untilSaid(/^0 $/, 'execution', anvil.url);
      await anvil.process.stop();
      expect(await said('execution', anvil.url)).toBe('1 eth_syncing: the connection is refused');
    } finally {
      await anvil.close();
    }
  });
});

describe.skipIf(lacksFence() || lacks('geth'))('geth', () => {
  test('on a new chain that nobody drives is ready only where that is meant, and alive', async () => {
    const geth = await startGeth();
    try {
      expect(await said('execution', geth.url)).toBe('1 it is syncing: block 0 of 0');
      expect(await said('execution', geth.url, '--genesis-ok')).toBe('0 ');
      expect(await said('alive', geth.url)).toBe('0 ');
      geth.process.freeze();
      await untilSaid(/^1 it does not answer: no answer within 5s$/, 'alive', geth.url);
    } finally {
      await geth.close();
    }
  });
});

describe.skipIf(lacksFence() || lacks('cometbft'))('CometBFT', () => {
  test('is ready at the head, and not on a chain that has stopped, whatever it says of itself', async () => {
    const net = await startCometbftNet();
    try {
      const [first, second, third] = net.nodes;
      const url = first?.url ?? '';
      expect(await said('comet', url)).toBe('0 ');
      await Promise.all([second?.process.kill(), third?.process.kill()]);
      await untilSaid(
        /^1 its newest block is \d+s old, and 3s is the most/,
        'comet',
        url,
        '--head-age',
        '3s',
      );
      expect(await said('comet', second?.url ?? '')).toBe('1 /status: the connection is refused');
    } finally {
      await net.close();
    }
  });
});
