import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Offers } from '../../src/mqtt/offers.ts'
import { FakeConnection } from './fake-connection.ts'

test('offers go out with QoS 1, with their properties, and are not retained', () => {
  const connection = new FakeConnection()
  const correlationData = Buffer.from('c')
  new Offers(connection, 64).publish('a', 'x', { correlationData })
  const [offer] = connection.take()
  assert.deepEqual([offer?.topic, offer?.payload], ['a', 'x'])
  assert.deepEqual(offer?.options, { qos: 1, properties: { correlationData } })
})

test('when 64 are unacknowledged further ones are dropped, until one is acknowledged', async () => {
  const connection = new FakeConnection()
  const offers = new Offers(connection, 64)
  for (let n = 0; n < 70; n++) offers.publish('a', String(n))
  const kept = connection.take()
  assert.deepEqual([kept.length, kept.at(-1)?.payload], [64, '63'])
  await kept[0]?.acknowledge()
  offers.publish('a', 'next')
  offers.publish('a', 'one too many')
  assert.deepEqual(
    connection.take().map(({ payload }) => payload),
    ['next'],
  )
})

test('offers that fail when the connection ends free their place', async () => {
  const connection = { publish: () => Promise.reject(new Error('ended')) }
  const offers = new Offers(connection, 64)
  for (let n = 0; n < 64; n++) offers.publish('a', String(n))
  await new Promise(setImmediate)
  let published = 0
  connection.publish = () => {
    published++
    return Promise.reject(new Error('ended'))
  }
  offers.publish('a', 'x')
  assert.equal(published, 1)
})
