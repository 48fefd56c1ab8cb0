// Reads what is recorded of the handovers that are under way, so that a tick sees a signature that only the record has.
import type { HandoverRecord } from '../domain/handover/record.ts';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { HandoverStore } from '../stores/store.ts';

export type RecordsRead = {
  /** By signer; one without a record is missing. */
  readonly records: Readonly<Record<string, HandoverRecord>>;
  readonly problems: readonly string[];
};

/** Never rejects. In peace it reads nothing. */
export async function readRecords(
  store: Pick<HandoverStore, 'readHandover'>,
  flags: ReadonlyMap<string, FlagRead>,
): Promise<RecordsRead> {
  const unheld = [...flags].flatMap(([signer, read]) =>
    read.isReadable && read.flag?.holder.kind === 'none' ? [signer] : [],
  );
  const records: Record<string, HandoverRecord> = {};
  const problems: string[] = [];
  await Promise.all(
    unheld.map(async (signer) => {
      try {
        const record = await store.readHandover(signer);
        if (record !== null) records[signer] = record;
      } catch (error) {
        problems.push(`the record of ${signer}: ${redactText(describeError(error))}`);
      }
    }),
  );
  return { records, problems };
}
