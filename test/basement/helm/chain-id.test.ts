// `helm test` of berachain-node, with its own command line: it is content with the chain of the values, and says which other one it found.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { listen } from '../../support/server.ts';
import { lacks, lacksPrograms } from '../../support/tools.ts';
import { render } from './container.ts';

const testPod = z.object({
  kind: z.literal('Pod'),
  spec: z.object({
    containers: z.tuple([
      z.object({
        command: z.array(z.string()),
        args: z.array(z.string()),
        env: z.array(z.object({ name: z.string(), value: z.string() })),
      }),
    ]),
  }),
});

type Answers = { readonly execution: string; readonly consensus: string };
type Ended = { readonly code: number; readonly stdout: string };

async function ask(values: object, { execution, consensus }: Answers): Promise<Ended> {
  const server = createServer((request, response) => {
    const isComet = request.url === '/status';
    const result = isComet ? { node_info: { network: consensus } } : execution;
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
  });
  const { address, close } = await listen(server);
  onTestFinished(close);
  const pods = (await render('berachain-node', { jwt: { generate: true }, ...values })).flatMap((each) => {
    const found = testPod.safeParse(each);
    return found.success ? [found.data] : [];
  });
  const [container] = pods[0]?.spec.containers ?? [];
  if (container === undefined) throw new Error('the chart has no test');
  const [path = '', ...args] = [...container.command, ...container.args];
  const env = Object.fromEntries(
    container.env.map(({ name, value }) => [name, value.startsWith('http://') ? `http://${address}` : value]),
  );
  return new Promise((resolve) => {
    execFile(path, args, { env: { PATH: process.env['PATH'], ...env } }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}

const ofMainnet: Answers = { execution: '0x138de', consensus: 'mainnet-beacon-80094' };
const ofBepolia: Answers = { execution: '0x138c5', consensus: 'testnet-beacon-80069' };

describe.skipIf(lacks('helm') || lacksPrograms('sh', 'curl', 'jq'))('the test of berachain-node', () => {
  test.each([
    ['mainnet', ofMainnet],
    ['bepolia', ofBepolia],
  ])('is content with %s', async (network, answers) => {
    const { code, stdout } = await ask({ network }, answers);
    expect(stdout).toContain(
      `bera-reth is on chain ${Number(answers.execution)}\nbeacond is on ${answers.consensus}\n`,
    );
    expect(code).toBe(0);
  });

  test.each([
    ['bera-reth', { ...ofMainnet, execution: '0x1' }, 'bera-reth is on chain 1, not on 80094'],
    [
      'beacond',
      { ...ofMainnet, consensus: ofBepolia.consensus },
      'beacond is on testnet-beacon-80069, not on',
    ],
  ])('finds %s on another chain', async (_name, answers, words) => {
    const { code, stdout } = await ask({ network: 'mainnet' }, answers);
    expect(stdout).toContain(words);
    expect(code).toBe(1);
  });

  test('asks nobody who keeps the RPC to himself', async () => {
    const values = { network: 'mainnet', reth: { http: { listen: 'localhost' } } };
    const { code, stdout } = await ask(values, { ...ofMainnet, execution: '0x1' });
    expect(stdout).not.toContain('bera-reth');
    expect(code).toBe(0);
  });
});
