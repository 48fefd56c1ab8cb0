// A process that commits one pair of documents, and is killed between the two documents of the next.
import type { FieldsCodec } from '../../../local/firestore/storage.ts';
import { sqliteStorage } from '../../../local/firestore/storage-sqlite.ts';
import { loadProtos } from '../../../local/firestore/protos.ts';

const [dataDir = ''] = process.argv.slice(2);
const { codec } = loadProtos();
let encoded = 0;
const deadly: FieldsCodec = {
  ...codec,
  encode: (fields) => {
    encoded += 1;
    if (encoded === 4) process.kill(process.pid, 'SIGKILL');
    return codec.encode(fields);
  },
};

const storage = sqliteStorage(dataDir, deadly);
storage.load();
for (const [at, id] of ['whole', 'half'].entries()) {
  const changes = ['left', 'right'].map((side) => {
    const path = `${side}/${id}`;
    return { path, after: { path, fields: {}, createTime: at + 1, updateTime: at + 1, size: 50 } };
  });
  storage.commit('projects/test/databases/main', changes, at + 1);
  process.stdout.write(`${id}\n`);
}
