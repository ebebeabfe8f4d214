import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outgoing } from '../../src/mqtt/outgoing.ts'
import { OutgoingQueue } from '../../src/mqtt/outgoing.ts'

function createQueue(names: string) {
  const queue = new OutgoingQueue()
  const settled: string[] = []
  const messages = [...names].map((topic): Outgoing => {
    const done = (how: string) => () => void settled.push(`${topic}${how}`)
    return { topic, payload: '', retain: false, properties: undefined, resolve: done('+'), reject: done('-') }
  })
  for (const message of messages) queue.add(message)
  /** What goes out now, with `!` where DUP is set. */
  const send = (window: number): string => {
    let sent = ''
    for (let next = queue.take(window); next !== undefined; next = queue.take(window)) {
      sent += `${next.message.topic}${next.dup ? '!' : ''}`
    }
    return sent
  }
  const message = (name: string): Outgoing => messages[names.indexOf(name)] as Outgoing
  return { queue, settled, send, message }
}

describe('the queue of what the broker has not acknowledged', () => {
  test('sends in order, as far as the window allows', () => {
    const { queue, send, message, settled } = createQueue('abcde')
    assert.equal(send(2), 'ab')
    assert.equal(send(2), '')
    queue.acknowledged(message('b'))
    assert.equal(send(2), 'c')
    queue.acknowledged(message('a'))
    queue.acknowledged(message('c'))
    assert.equal(send(16), 'de')
    assert.deepEqual(settled, ['b+', 'a+', 'c+'])
    assert.equal(queue.size, 2)
  })

  test('sends again in the old order what was unanswered when the connection ended, marked as such', () => {
    const { queue, send, message } = createQueue('abcd')
    send(3)
    queue.acknowledged(message('b'))
    queue.connectionLost()
    assert.equal(send(16), 'a!c!d')
    queue.connectionLost()
    assert.equal(send(16), 'a!c!d!')
  })

  test('keeps what was refused, out of the way of the others, until it is tried again', () => {
    const { queue, send, message } = createQueue('abc')
    assert.equal(send(1), 'a')
    queue.refused(message('a'))
    assert.equal(send(1), 'b')
    queue.acknowledged(message('b'))
    assert.equal(send(16), 'c')
    assert.equal(queue.size, 2)
    queue.retryRefused()
    assert.equal(send(16), 'a')
    queue.refused(message('a'))
    queue.connectionLost()
    assert.equal(send(16), 'ac!')
  })

  test('rejects everything when nobody will send it any more', () => {
    const { queue, send, message, settled } = createQueue('abc')
    send(1)
    queue.refused(message('a'))
    send(1)
    queue.abandon(new Error('ended'))
    assert.deepEqual(settled, ['a-', 'b-', 'c-'])
    assert.equal(queue.size, 0)
    assert.equal(send(16), '')
  })
})
