// Asks for a port twenty times a second, from the laptop, while something happens to whoever serves it.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';

export type Reached = {
  /** The longest time between two answers, or from the last one on. */
  readonly longestGapMs: number;
};

/** Prints the moment of each answer and of its end, in milliseconds. A refusal is an answer: somebody has the address. Arguments: host, port, seconds, a file that it makes at the first answer. */
const ask = `
import socket, sys, time
host, port, begun = sys.argv[1], int(sys.argv[2]), None
now = lambda: print(round(time.monotonic() * 1000))
while begun is None or time.monotonic() < begun + float(sys.argv[3]):
    asked = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=0.1).close()
        is_there = True
    except ConnectionRefusedError:
        is_there = True
    except OSError:
        is_there = False
    if is_there:
        now()
        if begun is None:
            begun = asked
            open(sys.argv[4], 'w').close()
    time.sleep(max(0, asked + 0.05 - time.monotonic()))
now()
`;

const seconds = 8;

/** What happens begins after the first answer. */
export async function reach(
  house: House,
  address: string,
  port: number,
  happens: () => Promise<unknown>,
): Promise<Reached> {
  const answered = join(house.folder, 'answered');
  rmSync(answered, { force: true });
  const asking = house.laptop('python3', '-c', ask, address, String(port), String(seconds), answered);
  const happening = async (): Promise<void> => {
    await until(`an answer of ${address}`, async () => (existsSync(answered) ? true : null), {
      limitMs: 30_000,
    });
    await happens();
  };
  const [text] = await Promise.all([asking, happening()]);
  const times = text.split('\n').filter(Boolean).map(Number);
  const gaps = times.slice(1).map((at, place) => at - (times[place] ?? at));
  return { longestGapMs: Math.max(...gaps) };
}
