import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PacketLimit } from '../../src/mqtt/packet-limit.ts'

/** PUBLISH with the Remaining Length encoded as in MQTT 3.1.1 section 2.2.3, and a body of that length. */
function packet(length: number): Buffer {
  const header = [0x30]
  for (let left = length; ; left = Math.floor(left / 128)) {
    header.push((left % 128) | (left >= 128 ? 0x80 : 0))
    if (left < 128) break
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
}

const STREAMS: readonly (readonly [name: string, bytes: Buffer, accepted: boolean])[] = [
  ['an empty packet', packet(0), true],
  ['a packet of the greatest length', packet(300), true],
  ['several packets in a row', Buffer.concat([packet(0), packet(127), packet(128), packet(300), packet(2)]), true],
  ['a packet one byte too long', packet(301), false],
  ['a packet too long after good ones', Buffer.concat([packet(5), packet(300), packet(301)]), false],
  ['a length that never ends', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x80]), false],
]

describe('the packet limit', () => {
  for (const [name, bytes, accepted] of STREAMS) {
    test(`${accepted ? 'lets pass' : 'stops'} ${name}, however the stream is cut`, () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const limit = new PacketLimit(300)
        const isAccepted = limit.accepts(bytes.subarray(0, cut)) && limit.accepts(bytes.subarray(cut))
        assert.equal(isAccepted, accepted, `cut at ${cut}`)
      }
      const limit = new PacketLimit(300)
      assert.equal(
        [...bytes].every((byte) => limit.accepts(Uint8Array.of(byte))),
        accepted,
      )
    })
  }

  test('stops a packet at its header, before any of its body came', () => {
    assert.equal(new PacketLimit(300).accepts(packet(301).subarray(0, 3)), false)
  })
})
