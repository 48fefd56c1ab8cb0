// Recordings of Lodestar 1.5.1, which has three routes wrong, and what makes them right.
import { z } from 'zod';
import { type Exchange, readRecording, type Recording } from '../support/recorded.ts';

/** The net of all Ethereum scenes. */
export const network = {
  genesisTime: 1_795_708_238,
  genesisValidatorsRoot: '0x05d79a31a8e69ecd78114c50ce73116be33027d8431b82fff6c0b3cd9c2cbb1f',
  secondsPerSlot: 2,
  slotsPerEpoch: 8,
};

/** The questions with a list of validators were recorded with all of them. */
export const everybody = Array.from({ length: 16 }, (_, index) => String(index));

const committees = z.object({
  data: z.array(z.object({ index: z.string(), slot: z.string(), validators: z.array(z.string()) })),
});

const epochIn = (path: string): number => Number(/(?:epoch=|liveness\/)(\d+)/.exec(path)?.[1]);

/** Lodestar exchanges slot and index, and finds nothing by slot: the whole epoch put right, and beside it each of its slots. */
function inRightShape(answer: Exchange): readonly Exchange[] {
  const first = epochIn(answer.path) * network.slotsPerEpoch;
  const all = committees.parse(JSON.parse(answer.body)).data.map(({ index, slot, validators }) => ({
    index: slot,
    slot: String(first + Number(index)),
    validators,
  }));
  const withData = (data: unknown): string => JSON.stringify({ execution_optimistic: false, data });
  const bySlot = Array.from({ length: network.slotsPerEpoch }, (_, place) => String(first + place)).map(
    (slot) => ({
      ...answer,
      path: `${answer.path}&slot=${slot}`,
      body: withData(all.filter((each) => each.slot === slot)),
    }),
  );
  return [{ ...answer, body: withData(all) }, ...bySlot];
}

/** With committees as the API defines them, as the adapter of the live nets makes them of the same answers. */
export function withCommittees(recording: Recording): Recording {
  const right = recording.exchanges.flatMap((answer) =>
    /\/committees\?epoch=\d+$/.test(answer.path) && answer.status === 200 ? inRightShape(answer) : [],
  );
  return { ...recording, exchanges: [...right, ...recording.exchanges] };
}

/** With what its older route says of liveness at the route that the API has. */
export function withLiveness(recording: Recording): Recording {
  const right = recording.exchanges.flatMap((answer): Exchange[] => {
    if (answer.method !== 'GET' || !answer.path.startsWith('/eth/v1/validator/liveness?')) return [];
    const path = `/eth/v1/validator/liveness/${epochIn(answer.path)}`;
    return [{ ...answer, method: 'POST', path, requestBody: JSON.stringify(everybody) }];
  });
  return { ...recording, exchanges: [...right, ...recording.exchanges] };
}

/** Both nodes of a scene. */
export const pair = (scene: string): readonly [Recording, Recording] => [
  readRecording(scene, 'beacon-1'),
  readRecording(scene, 'beacon-2'),
];
