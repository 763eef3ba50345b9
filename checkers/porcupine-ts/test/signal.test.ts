import assert from 'node:assert/strict';
import { check } from '../src/index.ts';
import { endless, log, orderly } from './support/endless.ts';

describe('the signal of a check', () => {
  it('when aborted already, gives unknown before anything is tried', () => {
    const result = check(log, orderly('a'), { signal: AbortSignal.abort() });
    assert.deepEqual([result.verdict, result.steps], ['unknown', 0]);
    const [part] = result.partitions;
    assert.equal(part?.verdict === 'unknown' && part.reason, 'aborted');
  });

  it('can be aborted by whoever watches the progress, and what was found until then is told', () => {
    const controller = new AbortController();
    const history = [...orderly('a'), ...endless('b')];
    const result = check(log, history, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    assert.equal(result.verdict, 'unknown');
    const [easy, hard] = result.partitions;
    assert.equal(easy?.verdict, 'ok');
    assert.equal(hard?.verdict, 'unknown');
    assert.equal(hard.reason, 'aborted');
    assert.equal(hard.partialLinearizations[0]?.length, 40);
  });

  it('that nobody aborts changes nothing', () => {
    const { signal } = new AbortController();
    assert.equal(check(log, orderly('a'), { signal }).verdict, 'ok');
  });
});
