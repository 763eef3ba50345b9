import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeFrame, encodeFrames, FrameDecoder, FrameError } from '#src/node/frames';
import { maxFrameBytes } from '#src/node/protocol';

function decodeInPieces(bytes: Buffer, cuts: readonly number[]): unknown[] {
  const decoder = new FrameDecoder();
  const out: unknown[] = [];
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  let from = 0;
  for (const to of places.sort((a, b) => a - b)) {
    decoder.push(bytes.subarray(from, to), (value) => out.push(value));
    from = to;
  }
  assert.equal(decoder.pendingBytes, 0);
  return out;
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), cuts, (values, at) => {
        const bytes = encodeFrames(values.map((value) => JSON.stringify(value)));
        assert.deepEqual(decodeInPieces(bytes, at), values.map(asJson));
      }),
    );
  });

  it('survive a cut at every byte', () => {
    const values = ['zwölf', { a: [1, 2, 3] }, '', null, '🙂'];
    const bytes = encodeFrames(values.map((value) => JSON.stringify(value)));
    const every = Array.from(bytes, (_, i) => i);
    assert.deepEqual(decodeInPieces(bytes, every), values);
  });

  it('tell the length of their JSON', () => {
    const lengths: number[] = [];
    new FrameDecoder().push(encodeFrame('ü'), (_, bytes) => lengths.push(bytes));
    assert.deepEqual(lengths, [4]);
  });

  it('take foreign bytes as a FrameError or as an unfinished frame, and throw nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        try {
          new FrameDecoder().push(Buffer.from(bytes), () => {});
        } catch (error) {
          assert(error instanceof FrameError);
        }
      }),
    );
  });

  it('refuse a length beyond the limit before its bytes arrive', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(maxFrameBytes + 1);
    assert.throws(() => new FrameDecoder().push(header, () => {}), /at most 67108864/);
  });
});
