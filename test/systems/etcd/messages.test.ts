/** etcd's messages, against what etcd 3.4.23 was sent and what it answered. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  rangeRequest,
  rangeResponse,
  statusResponse,
  type Txn,
  txnRequest,
  txnResponse,
} from '#src/systems/etcd/messages';
import { message, parse } from '#src/systems/etcd/protobuf';
import { countersIn, roleOf, sumOf } from '#src/systems/etcd/status';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe("etcd's messages", () => {
  it('reads a key that is there, and one that is not', () => {
    const missing = '0a1808f4c496b39f8b869a0f10ad86e394948fc6964818012002';
    assert.deepEqual(rangeResponse(bytes(missing)), { modRevision: 0n, value: undefined });
    const there =
      '0a1808f4c496b39f8b869a0f10ad86e394948fc696481802200212100a016b1002180220012a055b312c325d2001';
    assert.deepEqual(rangeResponse(bytes(there)), { modRevision: 2n, value: '[1,2]' });
    assert.equal(rangeRequest('k', false).toString('hex'), '0a016b');
    assert.equal(rangeRequest('k', true).toString('hex'), '0a016b3801');
  });

  it('reads a transaction whose comparison held', () => {
    const txn: Txn = {
      compare: [
        { kind: 'mod-revision', key: 'k', is: 2n },
        { kind: 'missing', key: 'nope' },
        { kind: 'value', key: 'k', is: '[1,2]' },
      ],
      success: [{ kind: 'delete', key: 'k' }],
      failure: [],
    };
    assert.equal(
      txnRequest(txn).toString('hex'),
      '0a09080010021a016b30020a0c080010001a046e6f706520000a0e080010031a016b3a055b312c325d12051a030a016b',
    );
    const answer = '0a1808f4c496b39f8b869a0f10ad86e394948fc696481803200210011a081a060a0218031001';
    assert.deepEqual(txnResponse(bytes(answer)), { succeeded: true, held: [] });
  });

  it('reads what a transaction found whose comparison did not hold', () => {
    const answer =
      '0a1808f4c496b39f8b869a0f10ad86e394948fc69648180220021a1a0a180a02180212100a016b1002180220012a055b312c325d20011a060a040a021802';
    assert.deepEqual(txnResponse(bytes(answer)), {
      succeeded: false,
      held: [
        { modRevision: 2n, value: '[1,2]' },
        { modRevision: 0n, value: undefined },
      ],
    });
  });

  it('reads who a member is, and who leads', () => {
    const answer =
      '0a1808f4c496b39f8b869a0f10ad86e394948fc69648180320021206332e342e32331880a00120ad86e394948fc6964828073002380748808001';
    const status = statusResponse(bytes(answer));
    assert.equal(status.version, '3.4.23');
    assert.equal(status.member, 0x482d18794298c32dn);
    assert.equal(status.leader, status.member);
    assert.deepEqual([status.raftIndex, status.raftTerm, status.appliedIndex], [7, 2, 7]);
    assert.equal(roleOf(status), 'leader');
    assert.equal(roleOf({ ...status, leader: 5n }), 'follower');
    assert.equal(roleOf({ ...status, leader: 0n }), 'candidate');
  });

  it('gives back the fields that were put in, and never takes torn bytes for a message', () => {
    const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const data = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(number, data, fc.string(), fc.nat(), (n, d, s, cut) => {
        const whole = message([1, n], [900, d], [3, s], [3, s]);
        const read = parse(whole);
        assert.equal(read.number(1), n);
        assert.deepEqual([...read.bytes(900)], [...d]);
        assert.deepEqual(
          read.all(3).map((part) => part.toString('utf8')),
          [s, s].map((text) => Buffer.from(text).toString('utf8')),
        );
        const torn = whole.subarray(0, cut % whole.length);
        try {
          assert.ok(parse(torn).all(3).length < 2);
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });
});

describe("etcd's metrics", () => {
  const text = `# HELP etcd_network_peer_sent_bytes_total The total number of bytes sent to peers.
etcd_network_peer_sent_bytes_total{To="1b"} 100
etcd_network_peer_sent_bytes_total{To="2c"} 2.5e+03
etcd_network_peer_sent_failures_total{To="2c"} 7
etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} 5
etcd_disk_wal_fsync_duration_seconds_count 8
etcd_disk_wal_write_bytes_total 1776
`;

  it('are summed over their labels', () => {
    assert.deepEqual(countersIn(text), { bytesSent: 2600, fsyncs: 8, bytesPersisted: 1776 });
    assert.equal(sumOf('etcd_network_peer_sent', text), 0);
  });
});
