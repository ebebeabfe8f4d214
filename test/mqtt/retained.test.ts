import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetainedTopics } from '../../src/mqtt/retained.ts'
import { FakeConnection } from './fake-connection.ts'

function createRetained() {
  const connection = new FakeConnection()
  const acknowledged: string[] = []
  const retained = new RetainedTopics(connection, (topic) => acknowledged.push(topic))
  connection.connect()
  return { connection, retained, acknowledged }
}

test('a payload is told when the broker has acknowledged exactly it', async () => {
  const { connection, retained, acknowledged } = createRetained()
  retained.remember('t', 'old')
  let isTold = false
  void retained.tell('t', 'new').then(() => {
    isTold = true
  })
  const [old, ...none] = connection.take()
  assert.deepEqual([old?.payload, none], ['old', []])
  await old?.acknowledge()
  assert.equal(isTold, false)
  const [newer] = connection.take()
  assert.deepEqual([newer?.payload, newer?.options.retain, newer?.options.qos], ['new', true, 1])
  await newer?.acknowledge()
  assert.equal(isTold, true)
  assert.deepEqual(acknowledged, ['t', 't'])
})

test('a payload that a newer one replaced before it went out is never told', async () => {
  const { connection, retained } = createRetained()
  const told: string[] = []
  retained.remember('t', 'first')
  void retained.tell('t', 'second').then(() => told.push('second'))
  void retained.tell('t', 'third').then(() => told.push('third'))
  for (const round of ['first', 'third']) {
    const [next] = connection.take()
    assert.equal(next?.payload, round)
    await next?.acknowledge()
  }
  assert.deepEqual(told, ['third'])
})

test('the same payload is published once more when asked, but not while it is under way', async () => {
  const { connection, retained } = createRetained()
  retained.remember('t', 'x')
  retained.send('t')
  const [only, ...none] = connection.take()
  assert.deepEqual(none, [])
  await only?.acknowledge()
  retained.send('t')
  assert.deepEqual(
    connection.take().map(({ payload }) => payload),
    ['x'],
  )
})

test('what is forgotten is not published again', async () => {
  const { connection, retained } = createRetained()
  retained.remember('t', '')
  await connection.take()[0]?.acknowledge()
  retained.forget('t')
  retained.send('t')
  assert.deepEqual([connection.take(), retained.topics, retained.get('t')], [[], [], undefined])
})

test('after the end nothing is published', () => {
  const { connection, retained } = createRetained()
  retained.end()
  retained.remember('t', 'x')
  assert.deepEqual(connection.take(), [])
})
