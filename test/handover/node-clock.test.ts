// How right a node's clock is, by the `Date` of real answers: found within the uncertainty that is told, or not found.
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, test, type TestContext } from 'vitest';
import { measureClock } from '../../cli/handover/node-clock.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { closedPort, listen } from '../support/server.ts';

async function node({ onTestFinished }: TestContext, answer: RequestListener): Promise<URL> {
  const { address, close } = await listen(createServer(answer));
  onTestFinished(close);
  return new URL(`http://${address}/`);
}

const by =
  (offsetMs: number): RequestListener =>
  (_, answer) => {
    answer.setHeader('date', new Date(Date.now() + offsetMs).toUTCString());
    answer.end('{}');
  };

describe.concurrent('the clock of a node', () => {
  test.for([0, -700, 250, 90_000])('that is %i ms off is found to be so', async (offsetMs, context) => {
    const fact = await measureClock(await node(context, by(offsetMs)), systemClock);
    if (fact === null) throw new Error('it was not found');
    expect(Math.abs(fact.offsetMs - offsetMs)).toBeLessThanOrEqual(fact.uncertaintyMs);
    // A second has a thousand: less is what makes it worth anything.
    expect(fact.uncertaintyMs).toBeLessThan(1_000);
  });

  test('is unknown when it does not say the time, or says what is none', async (context) => {
    const silent = await node(context, (_, answer) => {
      answer.sendDate = false;
      answer.end('{}');
    });
    const wrong = await node(context, (_, answer) => {
      answer.setHeader('date', 'yesterday');
      answer.end('{}');
    });
    expect(await measureClock(silent, systemClock)).toBeNull();
    expect(await measureClock(wrong, systemClock)).toBeNull();
  });

  test('is unknown when it stands still', async (context) => {
    const fixed = new Date().toUTCString();
    const still = await node(context, (_, answer) => {
      answer.setHeader('date', fixed);
      answer.end('{}');
    });
    expect(await measureClock(still, systemClock)).toBeNull();
  });

  test('is unknown when nobody answers', async () => {
    const port = await closedPort(createServer());
    expect(await measureClock(new URL(`http://127.0.0.1:${port}/`), systemClock)).toBeNull();
  });
});
