import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { faults, shippedKinds } from '#nemesis/index';
import { scheduleJsonSchema } from '#src/schedule/json-schema';

const file = 'docs/schedule.schema.json';

describe('the JSON Schema of schedules', () => {
  it(`in ${file} is the one of today; else: npx dissent schema schedule > ${file}`, () => {
    const shipped = new Map([...faults].filter(([kind]) => shippedKinds.includes(kind)));
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), scheduleJsonSchema(shipped));
  });

  it('knows every fault with its parameters, and none of them is required', () => {
    const text = JSON.stringify(scheduleJsonSchema());
    for (const kind of shippedKinds) assert.ok(text.includes(`"const":"${kind}"`), kind);
    assert.match(text, /"required":\["at","for","fault","target"\]/);
    assert.match(text, /"required":\["kind"\]/);
    assert.doesNotMatch(text, /"required":\["kind",/);
  });
});
