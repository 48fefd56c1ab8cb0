// Whom a block holds a double vote against. It is asked for only when the header says that there is something.
import { createHash } from 'node:crypto';
import { accused as accusedSchema } from '../../wire/comet.ts';
import { ask, type Asked } from '../ask.ts';
import type { HeightNeeds } from './heights.ts';
import type { Commit } from './votes.ts';

// With the payload and the blobs of its block on Berachain.
const blockBytes = 16_000_000;
const hashOfNothing = createHash('sha256').update('').digest('hex');

/** Addresses of validators, hex in lower case; none, without a request, for a block whose header says that it holds no evidence. */
export async function readAccused(commit: Commit, needs: HeightNeeds): Promise<Asked<readonly string[]>> {
  const { height, evidence_hash: hash } = commit.signed_header.header;
  if (hash === '' || hash === hashOfNothing) return { ok: true, value: [] };
  return needs.caches.accused(`${needs.sourceKey} ${height}`, async () => {
    const answer = await ask(needs.session, 'the evidence of a block', {
      path: `/block?height=${height}`,
      maxBytes: blockBytes,
      schema: accusedSchema,
    });
    if (!answer.ok) return answer;
    const { header, evidence } = answer.value.result.block;
    return header.chain_id === needs.network && header.height === height
      ? { ok: true, value: evidence }
      : {
          ok: false,
          reason: 'protocol',
          detail: 'the evidence of a block: it is of another block than the one that was asked for',
          status: 200,
        };
  });
}
