// One process, one engine, one piece of work: `worker <engine> fixture|row <name> <folder>`. Sends the figures to the
// process that started it; of a fixture, none.

import { isFixtureName, makeFixture, readFixture } from './fixtures.ts';
import type { Figures } from './row.ts';
import { rows } from './rows.ts';
import { isSubjectName, loadSubject } from './subjects.ts';

const work = async ([
  engine = '',
  task = '',
  name = '',
  folder = '',
]: readonly string[]): Promise<Figures> => {
  if (!isSubjectName(engine)) throw new Error(`no engine ${engine}`);
  const subject = await loadSubject(engine);
  if (task === 'fixture' && isFixtureName(name)) {
    await makeFixture(subject, name, folder);
    return {};
  }
  const row = rows.find(({ id }) => id === name);
  if (task !== 'row' || row === undefined) throw new Error(`no ${task} ${name}`);
  return row.run({ subject, fixture: (file) => readFixture(folder, file) });
};

const figures = await work(process.argv.slice(2));
process.send?.(figures);
process.disconnect?.();
