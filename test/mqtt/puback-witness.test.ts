import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Packet } from 'mqtt'
import { PubackWitness } from '../../src/mqtt/puback-witness.ts'

/** `sent …` and `received …` are packets by type and identifier, `puback x` is our PUBACK for message x. */
type Step = `sent ${string}` | `received ${string}` | `puback ${string}`

function play(steps: readonly Step[]): string {
  const witness = new PubackWitness()
  let told = ''
  for (const step of steps) {
    const [what, name = '', id] = step.split(' ')
    if (what === 'puback') {
      witness.pubackSent(() => {
        told += name
      })
    } else {
      const [cmd, qos = '1'] = name.split('/')
      const packet = {
        cmd,
        messageId: id === undefined ? undefined : Number(id),
        qos: Number(qos),
      } as unknown as Packet
      if (what === 'sent') witness.sent(packet)
      else witness.received(packet)
    }
  }
  return told
}

const STORIES: readonly (readonly [what: string, steps: readonly Step[], told: string])[] = [
  ['nothing proves a PUBACK that nothing follows', ['puback a'], ''],
  ['the PUBACK for a later message proves it', ['puback a', 'sent publish 7', 'received puback 7'], 'a'],
  ['a SUBACK proves it', ['puback a', 'sent subscribe 3', 'received suback 3'], 'a'],
  ['a PINGRESP proves it', ['puback a', 'sent pingreq', 'received pingresp'], 'a'],
  ['an answer to what was sent before proves nothing', ['sent publish 7', 'puback a', 'received puback 7'], ''],
  [
    'of two pings, the first answer proves only what was before the first',
    ['puback a', 'sent pingreq', 'puback b', 'sent pingreq', 'received pingresp'],
    'a',
  ],
  [
    'the second answer proves the rest',
    ['puback a', 'sent pingreq', 'puback b', 'sent pingreq', 'received pingresp', 'received pingresp'],
    'ab',
  ],
  [
    'answers in another order prove as much as each can',
    ['puback a', 'sent publish 7', 'puback b', 'sent publish 8', 'puback c', 'received puback 8', 'received puback 7'],
    'ab',
  ],
  ['a message of QoS 0 has no answer', ['puback a', 'sent publish/0', 'received puback'], ''],
  ['an answer to nothing proves nothing', ['puback a', 'received puback 7', 'received pingresp'], ''],
  ['a SUBACK is no answer to a message', ['puback a', 'sent publish 7', 'received suback 7'], ''],
  [
    'an identifier may be used again',
    ['sent publish 7', 'received puback 7', 'puback a', 'sent publish 7', 'received puback 7'],
    'a',
  ],
  ['a message from the broker is no answer', ['puback a', 'sent publish 7', 'received publish 7'], ''],
]

describe('the witness of our PUBACKs', () => {
  for (const [what, steps, told] of STORIES) test(what, () => assert.equal(play(steps), told))
})
