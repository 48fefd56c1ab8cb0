// Recordings of CometBFT and beacond, made up to what is asked for signing: the same answers for heights that nobody asked.
import { readRecording, type Recording } from '../support/recorded.ts';
import { second } from '../support/site.ts';
import { answerAt } from './recorded-nodes.ts';

export type Dialect = 'berachain' | 'cometbft';

export const networks = { berachain: 'beacond-2061', cometbft: 'chain-kaG4X2' } as const;

/** Consensus addresses, in the order of the set. */
export const bera = {
  /** Of `beacond-1`, which is stopped in `one-stopped`. */
  one: '48753361D60D85F98B7ADE825D7D1A636B24F022',
  /** Of `beacond-2`, whose execution client is killed in `execution-killed`. */
  two: '49C15028AAD0332E03D363746E1BB22A62C1A6BD',
  three: '664F92DDC5D72B5FE68BD9526F1EC09CBAB48C7C',
  four: '8BBE01EAD02337F6481DBF8B5CD06C7D11783DEC',
};

/** The first of the set, and the last, which is stopped in `one-stopped` and `halted`. */
export const comet = {
  first: '10DBEF90A7368DE6CBB4FD1314C6A3B4B995E5AD',
  third: 'AE37ED0FB610F99818F2B0837C0C31649A614D87',
  last: 'C0AC8FB20C603E22828E7EBA5D1C9808C4E7FF8D',
};

const tipOf = (recording: Recording): number =>
  Number(/"latest_block_height":"(\d+)"/.exec(answerAt(recording, '/status').body)?.[1]);

/** The set of validators was recorded at the tip only; nobody joined or left, so at another height it is the same. */
function withSetAt(recording: Recording, height: number): Recording {
  const set = answerAt(recording, /^\/validators\?/);
  const path = `/validators?height=${height}&page=1&per_page=100`;
  const body = set.body.replace(/"block_height":"\d+"/, `"block_height":"${height}"`);
  return { ...recording, exchanges: [...recording.exchanges, { ...set, path, body }] };
}

/** The recording of a node that is asked how its validators voted at the newest height that is final. */
export function recorded(scene: string, node: string): Recording {
  const recording = readRecording(scene, node);
  return withSetAt(recording, tipOf(recording) - 1);
}

/**
 * The same scene after `more` heights, for nobody waited so long: each is the last canonical commit again, with its own height, and 2 seconds
 * after the one before.
 */
export function goneOn(recording: Recording, more: number): Recording {
  const last = tipOf(recording) - 1;
  const { body, ...commit } = answerAt(recording, `/commit?height=${last}`);
  const [time = ''] = /(?<="time":")[^"]+/.exec(body) ?? [];
  const timeOf = (height: number): string =>
    new Date(Date.parse(time) + (height - last) * 2 * second).toISOString();
  const commits = Array.from({ length: more }, (_, index) => {
    const height = last + 1 + index;
    const again = body.replaceAll(`"height":"${last}"`, `"height":"${height}"`).replace(time, timeOf(height));
    return { ...commit, path: `/commit?height=${height}`, body: again };
  });
  const tip = last + more + 1;
  const status = answerAt(recording, '/status');
  const said = status.body
    .replace(/"latest_block_height":"\d+"/, `"latest_block_height":"${tip}"`)
    .replace(/"latest_block_time":"[^"]+"/, `"latest_block_time":"${timeOf(tip)}"`);
  const exchanges = [{ ...status, body: said }, ...commits, ...recording.exchanges];
  return withSetAt({ ...recording, at: Date.parse(timeOf(tip)) + second, exchanges }, tip - 1);
}

/** The recording of a node that is asked height by height: its set of validators, which was recorded at the tip only, at each of them. */
export function recordedAll(
  scene: string,
  node: string,
): { readonly recording: Recording; readonly tip: number } {
  const recording = readRecording(scene, node);
  const tip = tipOf(recording);
  const all = Array.from({ length: tip }, (_, index) => index + 1).reduce(withSetAt, recording);
  return { recording: all, tip };
}

/** When the block of a height was made, epoch ms. */
export function timeAt(recording: Recording, height: number): number {
  const [time = ''] = /(?<="time":")[^"]+/.exec(answerAt(recording, `/commit?height=${height}`).body) ?? [];
  return Date.parse(time);
}
